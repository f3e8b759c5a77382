package io.engram.core.metric;

import java.util.Arrays;

/** The harmonic mean: near the least of its numbers, so that none makes up for another. */
public final class HarmonicMean {
  private HarmonicMean() {}

  /**
   * {@code H = k / Σ_j (1/x_j)}.
   *
   * @param values x_j ≥ 0
   * @return 0 where one of them is; NaN of no numbers, and where one is NaN
   */
  public static double of(double... values) {
    double sum = Arrays.stream(values).map(value -> 1 / value).sum();
    return values.length / sum;
  }

  /**
   * How H changes with each number: {@code ∂H/∂x_j = H² / (k x_j²)}.
   *
   * @param values x_j &gt; 0
   * @return {@code [k]}
   */
  public static double[] slopes(double... values) {
    double mean = of(values);
    return Arrays.stream(values).map(x -> mean / x * (mean / x) / values.length).toArray();
  }
}
