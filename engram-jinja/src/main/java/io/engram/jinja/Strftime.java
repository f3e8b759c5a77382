package io.engram.jinja;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** Dates as C's {@code strftime} writes them in English. */
final class Strftime {
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

  private Strftime() {}

  /**
   * Now, as a format says.
   *
   * @throws JinjaException if it has a directive that isn't known
   */
  static String format(String format, Clock clock) {
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
