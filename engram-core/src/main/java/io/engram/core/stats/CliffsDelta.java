package io.engram.core.stats;

import io.engram.core.metric.Auc;
import java.util.Arrays;
import java.util.stream.DoubleStream;

/** Cliff's delta: how often values of one group exceed those of another (Cliff, 1993). */
public final class CliffsDelta {
  private CliffsDelta() {}

  /**
   * {@code δ = P(x > y) − P(x < y) = 2U/(n_x n_y) − 1} over all pairs of an x and a y, with U the
   * Mann-Whitney statistic of x. U comes from the ranks of {@link Auc}, because Hipparchus returns
   * the larger of the two groups' U, which loses the sign.
   *
   * @return in [-1, 1], positive if x tends to be larger; NaN if a group is empty
   * @throws IllegalArgumentException if a value is NaN
   */
  public static double of(double[] x, double[] y) {
    double[] both = DoubleStream.concat(Arrays.stream(x), Arrays.stream(y)).toArray();
    boolean[] first = new boolean[both.length];
    Arrays.fill(first, 0, x.length, true);
    return 2 * Auc.of(both, first) - 1;
  }
}
