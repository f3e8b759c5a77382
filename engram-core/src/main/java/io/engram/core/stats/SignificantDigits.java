package io.engram.core.stats;

import java.util.Locale;

/** Numbers for reading: four significant digits, whatever the locale. */
public final class SignificantDigits {
  private SignificantDigits() {}

  /** {@code 0.01318}, {@code -21.73}, {@code 2340}, {@code 1.3e-05}; NaN and ∞ as they are. */
  public static String of(double value) {
    String digits = String.format(Locale.ROOT, "%.4g", value);
    // Zeros go behind a point alone: those of 2340 are its size.
    return digits.contains(".") ? digits.replaceFirst("\\.?0+(e|$)", "$1") : digits;
  }
}
