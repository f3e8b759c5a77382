package io.engram.jinja;

import io.engram.jinja.Filters.Filter;
import io.engram.jinja.Run.Output;
import io.engram.jinja.Values.Undefined;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters that give strings and numbers. */
final class TextFilters {
  private static final Pattern WORD_START = Pattern.compile("[-\\s({\\[<]+|[^-\\s({\\[<]+");

  static final Map<String, Filter> ALL =
      Map.ofEntries(
          Map.entry("string", (value, a, run) -> Text.of(value, run)),
          Map.entry("safe", (value, a, run) -> Text.of(value, run)),
          Map.entry("trim", TextFilters::trim),
          Map.entry("upper", (value, a, run) -> changed(Strings.upper(Text.of(value, run)), run)),
          Map.entry("lower", (value, a, run) -> changed(Strings.lower(Text.of(value, run)), run)),
          Map.entry(
              "capitalize",
              (value, a, run) -> changed(Strings.capitalized(Text.of(value, run)), run)),
          Map.entry("title", TextFilters::title),
          Map.entry("replace", TextFilters::replace),
          Map.entry("indent", TextFilters::indent),
          Map.entry("format", TextFilters::format),
          Map.entry("wordcount", TextFilters::wordCount),
          Map.entry("tojson", Json::of),
          Map.entry("abs", TextFilters::absolute),
          Map.entry("int", TextFilters::whole),
          Map.entry("float", TextFilters::real),
          Map.entry("round", TextFilters::round));

  private TextFilters() {}

  private static String changed(String text, Run run) {
    run.spend(text.length());
    return text;
  }

  private static Object trim(Object value, Arguments arguments, Run run) {
    return Strings.strip(Text.of(value, run), arguments.bind("trim", "chars").text("chars"));
  }

  private static Object title(Object value, Arguments arguments, Run run) {
    Matcher words = WORD_START.matcher(Text.of(value, run));
    Output out = new Output(run);
    while (words.find()) {
      out.write(Strings.capitalized(words.group()));
    }
    return out.text();
  }

  private static Object replace(Object value, Arguments arguments, Run run) {
    Arguments.Bound given = arguments.bind("replace", "old", "new", "count");
    return Strings.replaced(
        Text.of(value, run),
        Text.of(given.required("old"), run),
        Text.of(given.required("new"), run),
        given.whole("count", -1),
        run);
  }

  private static Object indent(Object value, Arguments arguments, Run run) {
    Arguments.Bound given = arguments.bind("indent", "width", "first", "blank");
    Object width = given.or("width", 4L);
    String blanks =
        width instanceof String text ? text : (String) Operators.apply("*", " ", width, run);
    // Python's splitlines drops an empty last line; Jinja2 adds a newline to keep it.
    List<Object> lines = Strings.lines(Text.of(value, run) + "\n", false);
    Output out = new Output(run);
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      boolean indented = i == 0 ? given.flag("first") : !line.isEmpty() || given.flag("blank");
      out.write(i == 0 ? "" : "\n");
      out.write(indented ? blanks : "");
      out.write(line);
    }
    return out.text();
  }

  private static Object format(Object value, Arguments arguments, Run run) {
    if (!arguments.named().isEmpty()) {
      throw new JinjaException("format with named values is not supported");
    }
    return Text.format(Text.of(value, run), arguments.positional(), run);
  }

  private static Object wordCount(Object value, Arguments arguments, Run run) {
    String text = Text.of(value, run);
    run.spend(text.length());
    Matcher words = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS).matcher(text);
    return words.results().count();
  }

  private static Object absolute(Object value, Arguments arguments, Run run) {
    if (value instanceof Double number) {
      return Math.abs(number);
    }
    return Math.abs(Values.whole(value));
  }

  private static Object whole(Object value, Arguments arguments, Run run) {
    Object otherwise = arguments.bind("int", "default").or("default", 0L);
    requireDefined(value);
    try {
      if (value instanceof String text) {
        return new BigDecimal(Strings.strip(text, null)).toBigInteger().longValueExact();
      }
      return Operators.isNumber(value) ? (long) Operators.real(value) : otherwise;
    } catch (ArithmeticException | NumberFormatException e) {
      return otherwise;
    }
  }

  private static Object real(Object value, Arguments arguments, Run run) {
    Object otherwise = arguments.bind("float", "default").or("default", 0.0);
    requireDefined(value);
    try {
      if (value instanceof String text) {
        return Double.valueOf(Strings.strip(text, null));
      }
      return Operators.isNumber(value) ? (Object) Operators.real(value) : otherwise;
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static void requireDefined(Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.fault();
    }
  }

  private static Object round(Object value, Arguments arguments, Run run) {
    Arguments.Bound given = arguments.bind("round", "precision", "method");
    long precision = given.whole("precision", 0);
    if (Math.abs(precision) > 300 || !Double.isFinite(Operators.real(value))) {
      throw new JinjaException("round: the number can't be rounded so");
    }
    RoundingMode mode =
        switch (Text.of(given.or("method", "common"), run)) {
          case "common" -> RoundingMode.HALF_EVEN;
          case "ceil" -> RoundingMode.CEILING;
          case "floor" -> RoundingMode.FLOOR;
          default -> throw new JinjaException("round: method must be common, ceil or floor");
        };
    if (mode == RoundingMode.HALF_EVEN && precision >= 0 && !(value instanceof Double)) {
      return Values.whole(value);
    }
    BigDecimal exact = new BigDecimal(Operators.real(value));
    return exact.setScale((int) precision, mode).doubleValue();
  }
}
