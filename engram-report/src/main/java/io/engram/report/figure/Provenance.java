package io.engram.report.figure;

import java.util.Locale;

/**
 * Where a number comes from. The page shows the three apart, in colour and in form, so that a
 * measured value is never taken for the paper's.
 */
public enum Provenance {
  /** No number, or one that stands in the recipe. */
  GIVEN,
  /** Counted or measured in the runs shown. */
  MEASURED,
  /** Computed from random draws, or a bound derived from measured numbers. */
  ESTIMATED,
  /** Printed in the paper, for other and larger models. */
  PAPER;

  /** The name of its style on the page. */
  public String cssClass() {
    return "from-" + name().toLowerCase(Locale.ROOT);
  }
}
