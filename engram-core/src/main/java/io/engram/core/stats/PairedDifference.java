package io.engram.core.stats;

/**
 * The mean difference of pairs, {@code d_i = b_i − a_i}, with an interval by Student's t over the
 * pairs. Whatever the two values of a pair share, such as a seed, cancels out.
 *
 * @param mean {@code d̄}; NaN if there are no pairs
 * @param interval {@code d̄ ± t_{n−1, 1−α/2} · s_d/√n}; infinite at both ends for fewer than two
 *     pairs
 * @param n number of pairs
 */
public record PairedDifference(double mean, Bootstrap.Interval interval, int n) {
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
    return new PairedDifference(
        MeanWithError.of(differences).mean(),
        MeanWithError.interval(differences, level),
        differences.length);
  }

  /** Whether the mean difference is positive. */
  public Decision verdict() {
    return Decision.of(interval);
  }
}
