package io.engram.core.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The standard error of a statistic that is not a mean, by leaving out one part of the sample at a
 * time. It uses no randomness.
 *
 * <p><b>Source:</b> Tukey (1958); Efron and Tibshirani: An introduction to the bootstrap (1993),
 * section 11.2.
 */
public final class Jackknife {
  private Jackknife() {}

  /**
   * {@code √((n−1)/n Σ_i (θ_i − θ̄)²)}, with θ_i the statistic without the i-th part and θ̄ their
   * mean. For a mean this is the usual standard error.
   *
   * @param statistic computes the statistic of a list of parts, in their order
   * @return NaN for fewer than two parts
   */
  public static <T> double standardError(List<T> parts, ToDoubleFunction<List<T>> statistic) {
    int n = parts.size();
    if (n < 2) {
      return Double.NaN;
    }
    double[] without = new double[n];
    for (int i = 0; i < n; i++) {
      List<T> others = new ArrayList<>(parts);
      others.remove(i);
      without[i] = statistic.applyAsDouble(others);
    }
    double mean = Arrays.stream(without).average().orElseThrow();
    double squares = Arrays.stream(without).map(x -> (x - mean) * (x - mean)).sum();
    return Math.sqrt((n - 1.0) / n * squares);
  }
}
