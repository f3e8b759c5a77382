package io.engram.jinja;

import io.engram.jinja.Run.Output;
import io.engram.jinja.Values.None;
import io.engram.jinja.Values.Tuple;
import io.engram.jinja.Values.Undefined;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values as text, as Python's {@code str} and {@code repr} write them. */
final class Text {
  private static final int MOST_DIGITS = 17;

  private static final Pattern DIRECTIVE =
      Pattern.compile("%(-?\\d{0,3})(\\.\\d{1,2})?(.)", Pattern.DOTALL);

  private Text() {}

  /** {@code str}: strings as they are, other values as Python writes them. */
  static String of(Object value, Run run) {
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof Undefined) {
      return "";
    }
    return literal(value, run);
  }

  /** {@code repr}: strings in quotes. */
  static String literal(Object value, Run run) {
    Output out = new Output(run);
    write(value, out, run);
    return out.text();
  }

  private static void write(Object value, Output out, Run run) {
    run.enter();
    if (value instanceof String text) {
      out.write(quoted(text));
    } else if (value instanceof List<?> list) {
      writeAll("[", list, "]", out, run);
    } else if (value instanceof Tuple tuple) {
      writeAll("(", tuple.items(), tuple.items().size() == 1 ? ",)" : ")", out, run);
    } else if (value instanceof Map<?, ?> map) {
      String before = "{";
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.write(before);
        write(entry.getKey(), out, run);
        out.write(": ");
        write(entry.getValue(), out, run);
        before = ", ";
      }
      out.write(map.isEmpty() ? "{}" : "}");
    } else {
      out.write(scalar(value));
    }
    run.leave();
  }

  private static void writeAll(String open, List<?> items, String close, Output out, Run run) {
    out.write(open);
    for (int i = 0; i < items.size(); i++) {
      out.write(i == 0 ? "" : ", ");
      write(items.get(i), out, run);
    }
    out.write(close);
  }

  private static String scalar(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? "True" : "False";
    }
    if (value instanceof Long number) {
      return number.toString();
    }
    if (value instanceof Double number) {
      return number(number);
    }
    if (value instanceof None) {
      return "None";
    }
    if (value instanceof Undefined) {
      return "Undefined";
    }
    throw new JinjaException("a " + Values.typeName(value) + " can't be written as text");
  }

  /**
   * The shortest digits that read back as the same number; an exponent below 1e-4 and from 1e16.
   */
  static String number(double number) {
    if (!Double.isFinite(number)) {
      return Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
    }
    if (number == 0) {
      return 1 / number > 0 ? "0.0" : "-0.0";
    }
    BigDecimal exact = new BigDecimal(number);
    BigDecimal shortest = exact;
    for (int digits = 1; digits <= MOST_DIGITS; digits++) {
      shortest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (shortest.doubleValue() == number) {
        break;
      }
    }
    shortest = shortest.stripTrailingZeros();
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      return shortest.scale() <= 0 ? shortest.toPlainString() + ".0" : shortest.toPlainString();
    }
    String digits = shortest.unscaledValue().abs().toString();
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    return String.format(
        "%s%s%se%s%02d",
        number < 0 ? "-" : "",
        digits.charAt(0),
        fraction,
        exponent < 0 ? "-" : "+",
        Math.abs(exponent));
  }

  private static String quoted(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder out = new StringBuilder().append(quote);
    text.codePoints().forEach(c -> escape(c, quote, out));
    return out.append(quote).toString();
  }

  private static void escape(int c, char quote, StringBuilder out) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\\' -> out.append("\\\\");
      default -> {
        if (c == quote) {
          out.append('\\').append(quote);
        } else if (c == ' ' || isPrintable(c)) {
          out.appendCodePoint(c);
        } else {
          out.append(String.format(c < 256 ? "\\x%02x" : c < 65536 ? "\\u%04x" : "\\U%08x", c));
        }
      }
    }
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** Python's {@code format % values}: {@code %s %r %d %i %f %%}, with a width and a precision. */
  static String format(String format, List<Object> values, Run run) {
    StringBuilder out = new StringBuilder();
    Matcher matcher = DIRECTIVE.matcher(format);
    int next = 0;
    while (matcher.find()) {
      String kind = matcher.group(3);
      if (!kind.equals("%") && next >= values.size()) {
        throw new JinjaException("there are too few values for the format '" + format + "'");
      }
      String text = kind.equals("%") ? "%" : one(matcher, values.get(next++), run);
      matcher.appendReplacement(out, Matcher.quoteReplacement(text));
      run.spend(text.length() + 1L);
    }
    // As in Python, a single list or map may stay unused.
    boolean lone = values.size() == 1 && Values.hasItems(values.get(0));
    if (next < values.size() && !lone) {
      throw new JinjaException("there are too many values for the format '" + format + "'");
    }
    return matcher.appendTail(out).toString();
  }

  private static String one(Matcher directive, Object value, Run run) {
    String precision = directive.group(2) == null ? "" : directive.group(2);
    String text =
        switch (directive.group(3)) {
          case "s" -> of(value, run);
          case "r" -> literal(value, run);
          case "d", "i" -> Long.toString((long) Operators.real(value));
          case "f" ->
              String.format(
                  Locale.ROOT,
                  "%" + (precision.isEmpty() ? ".6" : precision) + "f",
                  Operators.real(value));
          default ->
              throw new JinjaException("the format " + directive.group() + " is not supported");
        };
    if (directive.group(3).equals("s") && !precision.isEmpty()) {
      int most = Integer.parseInt(precision.substring(1));
      text =
          text.codePoints()
              .limit(most)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
    }
    String width = directive.group(1);
    return width.isEmpty() || width.equals("-") ? text : padded(text, Integer.parseInt(width));
  }

  private static String padded(String text, int width) {
    String blanks =
        " ".repeat(Math.max(0, Math.abs(width) - text.codePointCount(0, text.length())));
    return width < 0 ? text + blanks : blanks + text;
  }
}
