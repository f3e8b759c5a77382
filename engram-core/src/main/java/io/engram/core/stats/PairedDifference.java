package io.engram.core.stats;

/**
 * The mean difference of pairs, {@code d_i = b_i − a_i}, with its interval by Student's t over the
 * pairs: what a pair's two values have in common, such as a seed, falls out.
 *
 * @param mean {@code d̄}; NaN of no pair
 * @param interval {@code d̄ ± t_{n−1, 1−α/2} · s_d/√n}; not finite at both ends of fewer than two
 *     pairs
 * @param n pairs
 */
public record PairedDifference(double mean, Bootstrap.Interval interval, int n) {
  /**
   * Of pairs.
   *
   * @param a the first of each pair
   * @param b the second
   * @param level 1 − α: 0.95
   * @throws IllegalArgumentException if there aren't as many of one as of the other
   */
  public static PairedDifference of(double[] a, double[] b, double level) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "%d and %d values are no pairs".formatted(a.length, b.length));
    }
    double[] differences = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      differences[i] = b[i] - a[i];
    }
    return new PairedDifference(
        MeanWithError.of(differences).mean(),
        MeanWithError.interval(differences, level),
        differences.length);
  }

  /** Whether the difference is positive. */
  public Decision verdict() {
    return Decision.of(interval);
  }
}
