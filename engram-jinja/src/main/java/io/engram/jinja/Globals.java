package io.engram.jinja;

import io.engram.jinja.Values.Callable;
import io.engram.jinja.Values.Namespace;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The functions that every template can call. */
final class Globals {
  private static final Map<Character, String> PATTERNS =
      Map.ofEntries(
          Map.entry('a', "EEE"),
          Map.entry('A', "EEEE"),
          Map.entry('b', "MMM"),
          Map.entry('B', "MMMM"),
          Map.entry('d', "dd"),
          Map.entry('H', "HH"),
          Map.entry('I', "hh"),
          Map.entry('j', "DDD"),
          Map.entry('m', "MM"),
          Map.entry('M', "mm"),
          Map.entry('p', "a"),
          Map.entry('S', "ss"),
          Map.entry('y', "yy"),
          Map.entry('Y', "yyyy"),
          Map.entry('F', "yyyy-MM-dd"),
          Map.entry('T', "HH:mm:ss"));

  private Globals() {}

  static Map<String, Object> all(Clock clock) {
    Map<String, Object> globals = new HashMap<>();
    globals.put("range", (Callable) Globals::range);
    globals.put("dict", (Callable) Globals::dict);
    globals.put("namespace", (Callable) Globals::namespace);
    globals.put("raise_exception", (Callable) Globals::raise);
    globals.put(
        "strftime_now",
        (Callable)
            (arguments, run) ->
                strftime(
                    Text.of(arguments.bind("strftime_now", "format").required("format"), run),
                    clock));
    return globals;
  }

  private static Object range(Arguments arguments, Run run) {
    List<Object> given = arguments.positional();
    if (given.isEmpty() || given.size() > 3 || !arguments.named().isEmpty()) {
      throw new JinjaException("range takes one to three whole numbers");
    }
    long start = given.size() == 1 ? 0 : Values.whole(given.get(0));
    long stop = Values.whole(given.get(given.size() == 1 ? 0 : 1));
    long step = given.size() < 3 ? 1 : Values.whole(given.get(2));
    if (step == 0) {
      throw new JinjaException("the step of a range can't be 0");
    }
    List<Object> numbers = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; ) {
      run.spendItems(1);
      numbers.add(i);
      long next = i + step;
      if (step > 0 ? next < i : next > i) {
        break;
      }
      i = next;
    }
    return numbers;
  }

  private static Object dict(Arguments arguments, Run run) {
    Map<Object, Object> map = new LinkedHashMap<>();
    if (!arguments.positional().isEmpty()) {
      if (!(arguments.positional().get(0) instanceof Map<?, ?> given)) {
        throw new JinjaException("dict takes a map and named values");
      }
      run.spendItems(given.size());
      map.putAll(given);
    }
    map.putAll(arguments.named());
    return map;
  }

  private static Object namespace(Arguments arguments, Run run) {
    Namespace space = new Namespace();
    for (Map.Entry<?, ?> entry : ((Map<?, ?>) dict(arguments, run)).entrySet()) {
      space.set(Text.of(entry.getKey(), run), entry.getValue());
    }
    return space;
  }

  private static Object raise(Arguments arguments, Run run) {
    throw new JinjaException(
        Text.of(arguments.bind("raise_exception", "message").required("message"), run));
  }

  /**
   * The current time in a format of C's {@code strftime}, in English.
   *
   * @throws JinjaException if it has a directive that isn't known
   */
  private static String strftime(String format, Clock clock) {
    ZonedDateTime now = ZonedDateTime.now(clock);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.append(c);
        continue;
      }
      char directive = format.charAt(++i);
      boolean bare = directive == '-' && i + 1 < format.length();
      directive = bare ? format.charAt(++i) : directive;
      String pattern = PATTERNS.get(directive);
      if (pattern == null && directive != '%') {
        throw new JinjaException("strftime_now: %" + directive + " is not supported");
      }
      String text =
          pattern == null ? "%" : DateTimeFormatter.ofPattern(pattern, Locale.US).format(now);
      out.append(bare ? text.replaceFirst("^0+(?=\\d)", "") : text);
    }
    return out.toString();
  }
}
