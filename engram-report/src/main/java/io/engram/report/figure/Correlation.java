package io.engram.report.figure;

import io.engram.core.stats.RankCorrelation;
import io.engram.core.text.NumberText;

/**
 * Spearman's rank correlation with the size that chance alone reaches.
 *
 * @param rho in [−1, 1]; NaN for fewer than three pairs or a side without spread
 */
public record Correlation(double rho, int n) {
  private static final int FEWEST = 3;

  /** Normal quantile of a two-sided 5 % test; {@code √(n − 1)·ρ} is near normal under chance. */
  private static final double TWO_SIDED_5_PERCENT = 1.96;

  /** Of pairs in the same order. */
  public static Correlation of(double[] x, double[] y) {
    return new Correlation(x.length < FEWEST ? Double.NaN : RankCorrelation.spearman(x, y), x.length);
  }

  /** Up to this size chance gives in 95 of 100 sets of n. */
  public double chance() {
    return TWO_SIDED_5_PERCENT / Math.sqrt(n - 1.0);
  }

  /** Whether it is larger than chance gives. */
  public boolean clear() {
    return Math.abs(rho) > chance();
  }

  /** {@code ρ = −0.12 (n = 40; chance alone stays below 0.31 in 95 of 100)}. */
  public String text() {
    if (!Double.isFinite(rho)) {
      return "no rank correlation (n = %d, or one side without spread)".formatted(n);
    }
    return "ρ\u00a0=\u00a0%s (n\u00a0=\u00a0%d; chance alone stays below %s in 95 of 100)"
        .formatted(NumberText.signed(rho, 2), n, NumberText.fixed(chance(), 2));
  }
}
