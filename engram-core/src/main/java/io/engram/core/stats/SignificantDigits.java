package io.engram.core.stats;

import java.util.Locale;

/** Numbers for reading: four significant digits, of errors two, whatever the locale. */
public final class SignificantDigits {
  private SignificantDigits() {}

  /** {@code 0.01318}, {@code -21.73}, {@code 2340}, {@code 1.3e-05}; NaN and ∞ as they are. */
  public static String of(double value) {
    return withoutZeros(String.format(Locale.ROOT, "%.4g", value));
  }

  /** {@code 0.021}, {@code 16}, {@code 124}, {@code 5.9e-05}: what is uncertain needs no more. */
  public static String ofError(double error) {
    // Java's %g writes 124 to two digits as 1.2e+02.
    String format = Math.abs(error) >= 99.5 && Math.abs(error) < 9999.5 ? "%.0f" : "%.2g";
    return withoutZeros(String.format(Locale.ROOT, format, error));
  }

  /** Zeros go behind a point alone: those of 2340 are its size. */
  private static String withoutZeros(String digits) {
    return digits.contains(".") ? digits.replaceFirst("\\.?0+(e|$)", "$1") : digits;
  }
}
