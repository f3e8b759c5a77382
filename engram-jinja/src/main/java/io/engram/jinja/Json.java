package io.engram.jinja;

import io.engram.jinja.Run.Output;
import io.engram.jinja.Values.None;
import io.engram.jinja.Values.Tuple;
import io.engram.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code tojson}: values as Python's {@code json.dumps} writes them with {@code
 * ensure_ascii=False}.
 */
final class Json {
  private final Output out;
  private final Run run;
  private final @Nullable String indent;
  private final String comma;
  private final String colon;
  private final boolean sorted;

  private Json(Run run, Arguments.Bound given) {
    this.run = run;
    this.out = new Output(run);
    Object width = given.or("indent", None.NONE);
    this.indent =
        width instanceof Long blanks
            ? (String) Operators.apply("*", " ", blanks, run)
            : given.text("indent");
    List<Object> separators = separators(given);
    this.comma = Text.of(separators.get(0), run);
    this.colon = Text.of(separators.get(1), run);
    this.sorted = given.flag("sort_keys");
  }

  private static List<Object> separators(Arguments.Bound given) {
    Object separators = given.or("separators", None.NONE);
    if (separators instanceof Tuple tuple && tuple.items().size() == 2) {
      return tuple.items();
    }
    if (separators != None.NONE) {
      throw new JinjaException("tojson: separators must be a pair of texts");
    }
    return List.of(given.or("indent", None.NONE) == None.NONE ? ", " : ",", ": ");
  }

  static String of(Object value, Arguments arguments, Run run) {
    Arguments.Bound given =
        arguments.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
    if (given.flag("ensure_ascii")) {
      throw new JinjaException("tojson: ensure_ascii=true is not supported");
    }
    Json json = new Json(run, given);
    json.write(value, 0);
    return json.out.text();
  }

  private void write(Object value, int depth) {
    run.enter();
    if (value instanceof Map<?, ?> map) {
      writeMap(map, depth);
    } else if (value instanceof List<?> || value instanceof Tuple) {
      writeList(Values.items(value, run), depth);
    } else {
      out.write(scalar(value));
    }
    run.leave();
  }

  private void writeMap(Map<?, ?> map, int depth) {
    List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
    if (sorted) {
      entries.sort(Comparator.comparing(entry -> key(entry.getKey())));
    }
    for (int i = 0; i < entries.size(); i++) {
      out.write(i == 0 ? "{" : comma);
      newLine(depth + 1);
      out.write(string(key(entries.get(i).getKey())) + colon);
      write(entries.get(i).getValue(), depth + 1);
    }
    close(entries.isEmpty(), "{", "}", depth);
  }

  private void writeList(List<Object> items, int depth) {
    for (int i = 0; i < items.size(); i++) {
      out.write(i == 0 ? "[" : comma);
      newLine(depth + 1);
      write(items.get(i), depth + 1);
    }
    close(items.isEmpty(), "[", "]", depth);
  }

  private void close(boolean empty, String open, String close, int depth) {
    if (empty) {
      out.write(open);
    } else {
      newLine(depth);
    }
    out.write(close);
  }

  private void newLine(int depth) {
    if (indent != null) {
      out.write("\n");
      for (int i = 0; i < depth; i++) {
        out.write(indent);
      }
    }
  }

  private static String key(Object key) {
    return key instanceof String text ? text : scalar(key);
  }

  private static String scalar(Object value) {
    if (value instanceof String text) {
      return string(text);
    }
    if (value instanceof Boolean || value instanceof Long) {
      return value.toString();
    }
    if (value instanceof Double number) {
      return Double.isNaN(number)
          ? "NaN"
          : Double.isInfinite(number)
              ? (number > 0 ? "Infinity" : "-Infinity")
              : Text.number(number);
    }
    if (value instanceof None) {
      return "null";
    }
    if (value instanceof Undefined undefined) {
      throw undefined.fault();
    }
    throw new JinjaException("tojson can't write a " + Values.typeName(value));
  }

  private static String string(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\f' -> out.append("\\f");
        case '\b' -> out.append("\\b");
        default -> {
          if (c < ' ') {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }
}
