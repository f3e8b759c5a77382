package io.engram.core.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Formats numbers for readers, the same in every locale. For pages: {@link #fixed}, {@link
 * #signed}, {@link #withError} and {@link #significant}, with a true minus sign and "–" for a
 * missing number. For the terminal: {@link #plain} and {@link #plainError}, in ASCII.
 */
public final class NumberText {
  private static final int SECONDS_PER_MINUTE = 60;
  private static final int SECONDS_PER_HOUR = 3600;

  private static final String[] BYTE_UNITS = {"kB", "MB", "GB", "TB", "PB", "EB"};

  private NumberText() {}

  /** With this many digits after the point; "–" if there is no number. */
  public static String fixed(double value, int digits) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    String text = String.format(Locale.ROOT, "%." + digits + "f", value);
    boolean zero = text.chars().noneMatch(c -> c >= '1' && c <= '9');
    return zero ? text.replace("-", "") : text.replace('-', '−');
  }

  /** As {@link #fixed}, with a plus sign before non-negative numbers. */
  public static String signed(double value, int digits) {
    String text = fixed(value, digits);
    return Double.isFinite(value) && !text.startsWith("−") ? "+" + text : text;
  }

  /**
   * {@code 0.634 ± 0.021}, never broken over two lines; without the second part if no standard
   * error is known.
   */
  public static String withError(double value, @Nullable Double standardError, int digits) {
    String text = fixed(value, digits);
    return standardError == null ? text : text + "\u00a0±\u00a0" + fixed(standardError, digits);
  }

  /** Three significant digits, no exponent from 0.001 to a million: for values of unknown size. */
  public static String significant(double value) {
    if (!Double.isFinite(value) || value == 0) {
      return fixed(value, 0);
    }
    double size = Math.abs(value);
    if (size < 1e-3 || size >= 1e6) {
      return String.format(Locale.ROOT, "%.2e", value).replace("-", "−");
    }
    return fixed(value, Math.max(0, 2 - (int) Math.floor(Math.log10(size))));
  }

  /** A count with digits in groups of three: {@code 12,800}. */
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /**
   * {@code 42}, {@code 42 to 46}, {@code 42 to 44, 50}: ascending integers, with three or more
   * consecutive ones as a range; other words unchanged.
   */
  public static String ranges(List<String> numbers) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= numbers.size(); i++) {
      if (i == numbers.size() || !follows(numbers.get(i - 1), numbers.get(i))) {
        List<String> run = numbers.subList(from, i);
        if (run.size() > 2) {
          parts.add(run.get(0) + " to " + run.get(run.size() - 1));
        } else {
          parts.addAll(run);
        }
        from = i;
      }
    }
    return String.join(", ", parts);
  }

  private static boolean follows(String one, String next) {
    return one.matches("-?\\d{1,17}")
        && next.matches("-?\\d{1,17}")
        && Long.parseLong(next) == Long.parseLong(one) + 1;
  }

  /** {@code 8.3 s}, {@code 5 min 12 s}, {@code 2 h 05 min}. */
  public static String duration(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "–";
    }
    if (seconds < SECONDS_PER_MINUTE) {
      return fixed(seconds, 1) + " s";
    }
    long whole = Math.round(seconds);
    if (whole < SECONDS_PER_HOUR) {
      return "%d min %02d s".formatted(whole / SECONDS_PER_MINUTE, whole % SECONDS_PER_MINUTE);
    }
    long minutes = Math.round(seconds / SECONDS_PER_MINUTE);
    return "%d h %02d min".formatted(minutes / SECONDS_PER_MINUTE, minutes % SECONDS_PER_MINUTE);
  }

  /** {@code 1 sample}, {@code 40 samples}. */
  public static String counted(long value, String noun) {
    return count(value) + " " + noun + (value == 1 || noun.endsWith("s") ? "" : "s");
  }

  /** Sizes in powers of ten, as hubs and disks give them: {@code 512 bytes}, {@code 4.1 kB}. */
  public static String bytes(long bytes) {
    if (bytes < 1000) {
      return bytes + " bytes";
    }
    double value = bytes;
    int unit = -1;
    while (value >= 999.5) {
      value /= 1000;
      unit++;
    }
    String form = value < 9.995 ? "%.2f %s" : value < 99.95 ? "%.1f %s" : "%.0f %s";
    return String.format(Locale.ROOT, form, value, BYTE_UNITS[unit]);
  }

  /**
   * Four significant digits in plain ASCII, for the terminal: {@code 0.01318}, {@code -21.73},
   * {@code 2340}, {@code 1.3e-05}; NaN and ∞ as they are.
   */
  public static String plain(double value) {
    return withoutZeros(String.format(Locale.ROOT, "%.4g", value));
  }

  /**
   * An error, with two significant digits: {@code 0.021}, {@code 16}, {@code 124}, {@code 5.9e-05}.
   */
  public static String plainError(double error) {
    // Java's %g writes 124 to two digits as 1.2e+02.
    String format = Math.abs(error) >= 99.5 && Math.abs(error) < 9999.5 ? "%.0f" : "%.2g";
    return withoutZeros(String.format(Locale.ROOT, format, error));
  }

  /** Cuts zeros only after a point: those of 2340 are significant. */
  private static String withoutZeros(String digits) {
    return digits.contains(".") ? digits.replaceFirst("\\.?0+(e|$)", "$1") : digits;
  }
}
