package io.engram.core.stats;

import org.hipparchus.distribution.continuous.FDistribution;

/**
 * How much groups of values differ beyond what the spread within them explains: the variance
 * component of a balanced one-way layout with random groups, {@code x_ij = μ + a_i + e_ij}.
 *
 * <p>{@code σ²_a = (MS_between − MS_within)/n} for n values per group. Its interval follows from
 * {@code MS_between/MS_within ~ (1 + n σ²_a/σ²_e) F(k−1, k(n−1))}, with MS_within for σ²_e.
 *
 * <p><b>Source:</b> Searle, Casella, McCulloch, Variance Components (1992), §3.6. <b>Unit:</b> the
 * square of the values' unit.
 *
 * @param variance the estimate; negative if the groups differ less than expected by chance
 * @param interval interval of the estimate; infinite at both ends if the spread within groups can't
 *     be estimated
 */
public record VarianceBetween(double variance, Bootstrap.Interval interval) {
  /**
   * Computes it from groups of equal size.
   *
   * @param level level of the interval: 0.95
   * @throws IllegalArgumentException if the groups differ in size, or there are fewer than two
   */
  public static VarianceBetween of(double[][] groups, double level) {
    int k = groups.length;
    int n = k == 0 ? 0 : groups[0].length;
    if (k < 2 || n == 0) {
      throw new IllegalArgumentException(k + " groups of " + n + " values");
    }
    double[] means = new double[k];
    double within = 0;
    for (int i = 0; i < k; i++) {
      if (groups[i].length != n) {
        throw new IllegalArgumentException("groups of " + n + " and " + groups[i].length);
      }
      MeanWithError own = MeanWithError.of(groups[i]);
      means[i] = own.mean();
      within += n < 2 ? 0 : variance(own) / k;
    }
    double between = n * variance(MeanWithError.of(means));
    if (n < 2) {
      return new VarianceBetween(between / n, Bootstrap.Interval.NOTHING);
    }
    FDistribution f = new FDistribution(k - 1.0, k * (n - 1.0));
    double low = between / f.inverseCumulativeProbability((1 + level) / 2);
    double high = between / f.inverseCumulativeProbability((1 - level) / 2);
    return new VarianceBetween(
        (between - within) / n, new Bootstrap.Interval((low - within) / n, (high - within) / n));
  }

  private static double variance(MeanWithError mean) {
    return mean.standardError() * mean.standardError() * mean.n();
  }
}
