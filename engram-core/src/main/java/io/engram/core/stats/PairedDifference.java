package io.engram.core.stats;

import org.hipparchus.distribution.continuous.TDistribution;

/**
 * The mean difference of pairs, {@code d_i = b_i − a_i}, with an interval by Student's t over the
 * pairs. Whatever the two values of a pair share, such as a seed, cancels out.
 *
 * @param mean {@code d̄}; NaN if there are no pairs
 * @param interval {@code d̄ ± t_{n−1, 1−α/2} · s_d/√n}; infinite at both ends for fewer than two
 *     pairs
 * @param n number of pairs
 * @param pValue of Student's two-sided test that the true mean is 0; NaN for fewer than two pairs
 */
public record PairedDifference(double mean, Bootstrap.Interval interval, int n, double pValue) {
  /**
   * Computes it from pairs.
   *
   * @param a the first value of each pair
   * @param b the second value
   * @param level 1 − α: 0.95
   * @throws IllegalArgumentException if the arrays differ in length
   */
  public static PairedDifference of(double[] a, double[] b, double level) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "%d and %d values can't be paired".formatted(a.length, b.length));
    }
    double[] differences = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      differences[i] = b[i] - a[i];
    }
    MeanWithError mean = MeanWithError.of(differences);
    return new PairedDifference(
        mean.mean(), MeanWithError.interval(differences, level), mean.n(), pValue(mean));
  }

  private static double pValue(MeanWithError mean) {
    if (mean.n() < 2) {
      return Double.NaN;
    }
    if (mean.standardError() == 0) {
      return mean.mean() == 0 ? 1 : 0;
    }
    double t = Math.abs(mean.mean()) / mean.standardError();
    return 2 * new TDistribution(mean.n() - 1.0).cumulativeProbability(-t);
  }

  /** Whether the mean difference is positive. */
  public Decision verdict() {
    return Decision.of(interval);
  }
}
