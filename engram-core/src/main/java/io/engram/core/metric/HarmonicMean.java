package io.engram.core.metric;

import java.util.Arrays;

/**
 * The harmonic mean. It stays near the smallest value, so a high value can't make up for a low one.
 */
public final class HarmonicMean {
  private HarmonicMean() {}

  /**
   * {@code H = k / Σ_j (1/x_j)}.
   *
   * @param values x_j ≥ 0
   * @return 0 if a value is 0; NaN if there are no values or one is NaN
   */
  public static double of(double... values) {
    double sum = Arrays.stream(values).map(value -> 1 / value).sum();
    return values.length / sum;
  }

  /**
   * The derivative of H in each value: {@code ∂H/∂x_j = H² / (k x_j²)}.
   *
   * @param values x_j &gt; 0
   * @return {@code [k]}
   */
  public static double[] slopes(double... values) {
    double mean = of(values);
    return Arrays.stream(values).map(x -> mean / x * (mean / x) / values.length).toArray();
  }
}
