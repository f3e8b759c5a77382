package io.engram.jinja;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code format % values}: {@code %s %r %d %i %f %%}, with a width and a precision. */
final class Formatting {
  private static final Pattern DIRECTIVE =
      Pattern.compile("%(-?\\d{0,3})(\\.\\d{1,2})?(.)", Pattern.DOTALL);

  private Formatting() {}

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
    // As in Python, a lone list or map may be left out.
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
          case "s" -> Text.of(value, run);
          case "r" -> Text.literal(value, run);
          case "d", "i" -> Long.toString((long) Arithmetic.real(value));
          case "f" ->
              String.format(
                  Locale.ROOT,
                  "%" + (precision.isEmpty() ? ".6" : precision) + "f",
                  Arithmetic.real(value));
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
