package io.engram.core.stats;

import org.hipparchus.stat.descriptive.StreamingStatistics;

/**
 * A mean and how well it is known.
 *
 * @param mean {@code x̄ = Σx/n}; NaN of no values
 * @param standardError {@code √(Σ(x − x̄)²/(n−1)) / √n}; NaN of fewer than two values
 * @param n how many values
 */
public record MeanWithError(double mean, double standardError, int n) {
  /** Mean and standard error of independent values. */
  public static MeanWithError of(double[] values) {
    StreamingStatistics statistics = new StreamingStatistics();
    for (double value : values) {
      statistics.addValue(value);
    }
    int n = values.length;
    double error = n < 2 ? Double.NaN : statistics.getStandardDeviation() / Math.sqrt(n);
    return new MeanWithError(statistics.getMean(), error, n);
  }
}
