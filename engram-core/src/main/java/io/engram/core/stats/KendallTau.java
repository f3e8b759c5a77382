package io.engram.core.stats;

import org.hipparchus.stat.correlation.KendallsCorrelation;

/** Kendall's rank correlation τ_b. */
public final class KendallTau {
  private KendallTau() {}

  /**
   * {@code τ_b = (C − D) / √((N − T_x)(N − T_y))}: concordant less discordant pairs, over the pairs
   * not tied in x and not tied in y.
   *
   * @return in [-1, 1]; NaN where one side is constant
   * @throws IllegalArgumentException if the lengths differ there are fewer than two values, or one
   *     is NaN
   */
  public static double of(double[] x, double[] y) {
    Pairs.check(x, y);
    return new KendallsCorrelation().correlation(Pairs.oneZero(x), Pairs.oneZero(y));
  }
}
