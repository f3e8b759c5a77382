package io.engram.core.stats;

import org.hipparchus.stat.correlation.SpearmansCorrelation;

/** Spearman's rank correlation ρ. */
public final class Spearman {
  private Spearman() {}

  /**
   * Pearson's correlation of the ranks; equal values share their mean rank.
   *
   * @return in [-1, 1]; NaN where one side is constant
   * @throws IllegalArgumentException if the lengths differ there are fewer than two values, or one
   *     is NaN
   */
  public static double of(double[] x, double[] y) {
    Pairs.check(x, y);
    return new SpearmansCorrelation().correlation(Pairs.oneZero(x), Pairs.oneZero(y));
  }
}
