package io.engram.core.stats;

import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.stat.descriptive.StreamingStatistics;

/**
 * A mean and its standard error.
 *
 * @param mean {@code x̄ = Σx/n}; NaN if there are no values
 * @param standardError {@code √(Σ(x − x̄)²/(n−1)) / √n}; NaN for fewer than two values
 * @param n number of values
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

  /**
   * Student's confidence interval for the mean of a few normally distributed values, {@code x̄ ±
   * t_{n−1, 1−α/2} · s/√n}.
   *
   * @param values independent values
   * @param level 1 − α: 0.95
   * @return infinite at both ends for fewer than two values, which allow no conclusion
   */
  public static Bootstrap.Interval interval(double[] values, double level) {
    MeanWithError mean = MeanWithError.of(values);
    if (mean.n() < 2) {
      return Bootstrap.Interval.NOTHING;
    }
    double t = new TDistribution(mean.n() - 1.0).inverseCumulativeProbability((1 + level) / 2);
    double half = t * mean.standardError();
    return new Bootstrap.Interval(mean.mean() - half, mean.mean() + half);
  }
}
