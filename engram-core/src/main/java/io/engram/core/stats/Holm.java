package io.engram.core.stats;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Holm's correction for testing several hypotheses: with the adjusted p-values below α the chance
 * that any true hypothesis is rejected is at most α, whatever the dependence between the tests.
 *
 * <p><b>Source:</b> Holm 1979.
 */
public final class Holm {
  private Holm() {}

  /**
   * {@code p̃_(i) = max_{j ≤ i} min(1, (m − j + 1) p_(j))}, p_(1) the smallest of m.
   *
   * @param p p-values; NaN: not tested, stays NaN and doesn't count
   * @return adjusted, in the order given
   */
  public static double[] adjusted(double[] p) {
    int[] ascending =
        IntStream.range(0, p.length)
            .filter(i -> !Double.isNaN(p[i]))
            .boxed()
            .sorted(Comparator.comparingDouble(i -> p[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] adjusted = p.clone();
    double most = 0;
    for (int place = 0; place < ascending.length; place++) {
      int i = ascending[place];
      most = Math.max(most, Math.min(1, (ascending.length - place) * p[i]));
      adjusted[i] = most;
    }
    return adjusted;
  }
}
