package io.engram.jinja;

import io.engram.jinja.Program.Loop;
import io.engram.jinja.Run.Output;
import io.engram.jinja.Values.Callable;
import io.engram.jinja.Values.Namespace;
import io.engram.jinja.Values.None;
import io.engram.jinja.Values.Tuple;
import io.engram.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Attributes, items and methods of values: {@code value.name}, {@code value[item]}, and the methods
 * of strings, lists and maps. Methods that would change a value are refused.
 */
final class Members {
  private static final Set<String> MAP_CHANGES =
      Set.of("clear", "pop", "popitem", "setdefault", "update");
  private static final Set<String> LIST_CHANGES =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

  private Members() {}

  /** A value's own attribute or method, else its item of that name. */
  static Object attribute(Object base, String name, Run run) {
    Object own = own(base, name);
    if (own != null) {
      return own;
    }
    Object item = base instanceof Map<?, ?> map ? map.get(name) : null;
    return item == null ? missing(base, name) : item;
  }

  /** A value's item, else its attribute of that name. */
  static Object item(Object base, Object key, Run run) {
    if (base instanceof Map<?, ?> map) {
      Object item = map.get(Values.key(key));
      if (item != null) {
        return item;
      }
    }
    if (key instanceof Long index && (base instanceof List<?> || base instanceof Tuple)) {
      List<Object> items = Values.items(base, run);
      long place = index < 0 ? index + items.size() : index;
      return place >= 0 && place < items.size() ? items.get((int) place) : missing(base, key);
    }
    if (key instanceof Long index && base instanceof String text) {
      run.spend(text.length());
      int size = text.codePointCount(0, text.length());
      long place = index < 0 ? index + size : index;
      return place >= 0 && place < size
          ? Character.toString(text.codePointAt(text.offsetByCodePoints(0, (int) place)))
          : missing(base, key);
    }
    Object own = key instanceof String name ? own(base, name) : null;
    return own == null ? missing(base, key) : own;
  }

  private static @Nullable Object own(Object base, String name) {
    if (base instanceof Undefined undefined) {
      throw undefined.fault();
    }
    if (base instanceof Namespace space) {
      return space.get(name);
    }
    if (base instanceof Loop.Turn turn) {
      return turn.attribute(name);
    }
    if (base instanceof String text) {
      return ofText(text, name);
    }
    if (base instanceof Map<?, ?> map) {
      return ofMap(map, name);
    }
    return base instanceof List<?> || base instanceof Tuple ? ofList(base, name) : null;
  }

  private static Undefined missing(Object base, Object key) {
    return new Undefined(
        "'"
            + Values.typeName(base)
            + "' has no "
            + (key instanceof String ? "attribute '" + key + "'" : "item " + key));
  }

  /**
   * A value that can be called.
   *
   * @throws JinjaException if it can't
   */
  static Callable callable(Object value) {
    if (value instanceof Callable callable) {
      return callable;
    }
    if (value instanceof Undefined undefined) {
      throw undefined.fault();
    }
    throw new JinjaException("'" + Values.typeName(value) + "' can't be called");
  }

  /** A string's method; null if it has none of this name. */
  static @Nullable Callable ofText(String text, String name) {
    return switch (name) {
      case "strip" -> (a, run) -> Strings.strip(text, characters(a));
      case "lstrip" -> (a, run) -> Strings.stripStart(text, characters(a));
      case "rstrip" -> (a, run) -> Strings.stripEnd(text, characters(a));
      case "upper" -> (a, run) -> changed(Strings.upper(text), run);
      case "lower" -> (a, run) -> changed(Strings.lower(text), run);
      case "title" -> (a, run) -> changed(Strings.title(text), run);
      case "capitalize" -> (a, run) -> changed(Strings.capitalized(text), run);
      case "startswith" -> (a, run) -> hasEnd(text, a, true, run);
      case "endswith" -> (a, run) -> hasEnd(text, a, false, run);
      case "removeprefix" -> (a, run) -> without(text, part(a, "prefix"), true);
      case "removesuffix" -> (a, run) -> without(text, part(a, "suffix"), false);
      case "split" -> (a, run) -> split(text, a, false, run);
      case "rsplit" -> (a, run) -> split(text, a, true, run);
      case "splitlines" -> (a, run) -> lines(text, a.bind(name, "keepends").flag("keepends"), run);
      case "replace" -> (a, run) -> replace(text, a, run);
      case "find" -> (a, run) -> place(text, part(a, "sub"), false, run);
      case "rfind" -> (a, run) -> place(text, part(a, "sub"), true, run);
      case "index" -> (a, run) -> found(place(text, part(a, "sub"), false, run));
      case "count" -> (a, run) -> count(text, part(a, "sub"), run);
      case "join" -> (a, run) -> join(text, a.bind(name, "iterable").required("iterable"), run);
      case "isdigit" -> (a, run) -> all(text, Character::isDigit);
      case "isalpha" -> (a, run) -> all(text, Character::isLetter);
      case "isalnum" -> (a, run) -> all(text, Character::isLetterOrDigit);
      case "isspace" -> (a, run) -> Strings.isBlank(text);
      case "isupper" -> (a, run) -> Tests.isUpper(text);
      case "islower" -> (a, run) -> Tests.isLower(text);
      default -> null;
    };
  }

  private static String changed(String text, Run run) {
    run.spend(text.length());
    return text;
  }

  private static List<Object> lines(String text, boolean keepEnds, Run run) {
    List<Object> lines = Strings.lines(text, keepEnds);
    run.spendItems(lines.size() + text.length() / 8L);
    return lines;
  }

  private static @Nullable String characters(Arguments arguments) {
    return arguments.bind("strip", "chars").text("chars");
  }

  private static String part(Arguments arguments, String name) {
    return text(arguments.bind("the method", name).required(name));
  }

  private static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new JinjaException("a text is needed, not '" + Values.typeName(value) + "'");
  }

  private static boolean all(String text, IntPredicate is) {
    return !text.isEmpty() && text.codePoints().allMatch(is);
  }

  private static boolean hasEnd(String text, Arguments arguments, boolean start, Run run) {
    Object sought = arguments.bind("startswith or endswith", "prefix").required("prefix");
    List<Object> all = sought instanceof Tuple tuple ? tuple.items() : List.of(sought);
    run.spend(all.size());
    return all.stream()
        .map(Members::text)
        .anyMatch(each -> start ? text.startsWith(each) : text.endsWith(each));
  }

  private static String without(String text, String part, boolean start) {
    if (start) {
      return text.startsWith(part) ? text.substring(part.length()) : text;
    }
    return text.endsWith(part) ? text.substring(0, text.length() - part.length()) : text;
  }

  private static String replace(String text, Arguments arguments, Run run) {
    Arguments.Bound given = arguments.bind("replace", "old", "new", "count");
    return Strings.replaced(
        text,
        text(given.required("old")),
        text(given.required("new")),
        given.whole("count", -1),
        run);
  }

  private static long place(String text, String part, boolean last, Run run) {
    run.spendSearch(text, part);
    int place = last ? text.lastIndexOf(part) : text.indexOf(part);
    return place < 0 ? -1 : text.codePointCount(0, place);
  }

  private static long found(long place) {
    if (place < 0) {
      throw new JinjaException("the text sought is not in the text");
    }
    return place;
  }

  private static long count(String text, String part, Run run) {
    run.spendSearch(text, part);
    if (part.isEmpty()) {
      return text.codePointCount(0, text.length()) + 1L;
    }
    long count = 0;
    for (int i = text.indexOf(part); i >= 0; i = text.indexOf(part, i + part.length())) {
      count++;
    }
    return count;
  }

  /** Joins strings with another between them. */
  static String join(String between, Object items, Run run) {
    Output out = new Output(run);
    String before = "";
    for (Object item : Values.items(items, run)) {
      out.write(before);
      out.write(text(item));
      before = between;
    }
    return out.text();
  }

  private static List<Object> split(String text, Arguments arguments, boolean last, Run run) {
    Arguments.Bound given = arguments.bind("split", "sep", "maxsplit");
    String separator = given.text("sep");
    long most = given.whole("maxsplit", -1);
    run.spendSearch(text, separator == null ? "" : separator);
    if (separator != null && separator.isEmpty()) {
      throw new JinjaException("a text can't be split at an empty one");
    }
    List<Object> parts = new ArrayList<>();
    String rest = separator == null ? Strings.strip(text, null) : text;
    while ((most < 0 || parts.size() < most) && !(separator == null && rest.isEmpty())) {
      int[] gap = gap(rest, separator, last);
      if (gap[0] < 0) {
        break;
      }
      parts.add(last ? rest.substring(gap[1]) : rest.substring(0, gap[0]));
      rest = last ? rest.substring(0, gap[0]) : rest.substring(gap[1]);
      run.spendItems(1);
      run.spend(rest.length() / 8);
    }
    if (separator != null || !rest.isEmpty()) {
      parts.add(rest);
    }
    if (last) {
      Collections.reverse(parts);
    }
    return parts;
  }

  /** The start and end of the first or last separator; −1 if there is none. */
  private static int[] gap(String text, @Nullable String separator, boolean last) {
    if (separator != null) {
      int place = last ? text.lastIndexOf(separator) : text.indexOf(separator);
      return new int[] {place, place + separator.length()};
    }
    int from = last ? text.length() : 0;
    while (last ? from > 0 : from < text.length()) {
      int c = last ? text.codePointBefore(from) : text.codePointAt(from);
      if (Strings.isBlank(c)) {
        return last
            ? new int[] {Strings.stripEnd(text.substring(0, from), null).length(), from}
            : new int[] {
              from, text.length() - Strings.stripStart(text.substring(from), null).length()
            };
      }
      from += last ? -Character.charCount(c) : Character.charCount(c);
    }
    return new int[] {-1, -1};
  }

  /** A map's method; null if it has none of this name. */
  static @Nullable Callable ofMap(Map<?, ?> map, String name) {
    return switch (name) {
      case "items" -> (arguments, run) -> entries(map, run);
      case "keys" -> (arguments, run) -> new ArrayList<Object>(map.keySet());
      case "values" -> (arguments, run) -> new ArrayList<Object>(map.values());
      case "copy" -> (arguments, run) -> map;
      case "get" ->
          (arguments, run) -> {
            Arguments.Bound given = arguments.bind("get", "key", "default");
            Object item = map.get(Values.key(given.required("key")));
            return item == null ? given.or("default", None.NONE) : item;
          };
      default -> refused(name, MAP_CHANGES);
    };
  }

  /** A list's or tuple's method; null if it has none of this name. */
  static @Nullable Callable ofList(Object list, String name) {
    return switch (name) {
      case "index" ->
          (arguments, run) -> {
            Object sought = arguments.bind("index", "value").required("value");
            List<Object> items = Values.items(list, run);
            for (int i = 0; i < items.size(); i++) {
              if (Operators.equal(items.get(i), sought, run)) {
                return (long) i;
              }
            }
            throw new JinjaException("the value is not in the list");
          };
      case "count" ->
          (arguments, run) -> {
            Object sought = arguments.bind("count", "value").required("value");
            return Values.items(list, run).stream()
                .filter(item -> Operators.equal(item, sought, run))
                .count();
          };
      case "copy" -> (arguments, run) -> list;
      default -> refused(name, LIST_CHANGES);
    };
  }

  /** A map's entries as tuples. */
  static List<Object> entries(Map<?, ?> map, Run run) {
    run.spendItems(2L * map.size());
    List<Object> entries = new ArrayList<>();
    map.forEach((key, value) -> entries.add(new Tuple(List.of(key, value))));
    return entries;
  }

  private static @Nullable Callable refused(String name, Set<String> changes) {
    if (!changes.contains(name)) {
      return null;
    }
    return (arguments, run) -> {
      throw new JinjaException("'" + name + "' would change a value, which a template must not");
    };
  }
}
