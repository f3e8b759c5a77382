package io.engram.core.stats;

import org.hipparchus.distribution.continuous.TDistribution;
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

  /**
   * Student's confidence interval of the mean of few values that scatter normally, {@code x̄ ±
   * t_{n−1, 1−α/2} · s/√n}.
   *
   * @param values independent
   * @param level 1 − α: 0.95
   * @return not finite at both ends for fewer than two values, of which nothing can be said
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
