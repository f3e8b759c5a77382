package io.engram.core.stats;

import org.hipparchus.distribution.continuous.TDistribution;

/** Confidence intervals of a mean of few values, which scatter normally. */
public final class StudentT {
  private StudentT() {}

  /**
   * {@code x̄ ± t_{n−1, 1−α/2} · s/√n}.
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
