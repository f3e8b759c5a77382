package io.engram.cli.output;

import java.util.Locale;

/** Numbers for reading: four significant digits, whatever the locale. */
public final class Numbers {
  private Numbers() {}

  /** {@code 0.01318}, {@code -21.73}, {@code 1.3e-05}; NaN and ∞ as they are. */
  public static String of(double value) {
    return String.format(Locale.ROOT, "%.4g", value).replaceFirst("\\.?0+(e|$)", "$1");
  }
}
