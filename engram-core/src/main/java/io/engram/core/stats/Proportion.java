package io.engram.core.stats;

import org.hipparchus.distribution.continuous.BetaDistribution;

/** What a count among independent trials says about a probability. */
public final class Proportion {
  private static final double ACCURACY = 1e-14;

  private Proportion() {}

  /**
   * The exact lower bound of a probability: the smallest p at which {@code count} or more of {@code
   * n} aren't rarer than {@code 1 − level}, which is the (1 − level) quantile of Beta(count, n −
   * count + 1).
   *
   * <p><b>Source:</b> Clopper and Pearson, The use of confidence or fiducial limits illustrated in
   * the case of the binomial (1934).
   *
   * @param level one-sided, such as 0.95
   * @return in [0, 1]; 0 if the count is
   * @throws IllegalArgumentException if {@code count} isn't in [0, n], or n is 0
   */
  public static double lowerBound(int count, int n, double level) {
    if (n < 1 || count < 0 || count > n) {
      throw new IllegalArgumentException("%d of %d".formatted(count, n));
    }
    return count == 0
        ? 0
        : new BetaDistribution(count, n - count + 1.0, ACCURACY)
            .inverseCumulativeProbability(1 - level);
  }
}
