package io.engram.unlearn.eval;

import io.engram.core.stats.MeanWithError;
import java.util.Collection;
import java.util.List;

/** Means and shares of rows with their standard errors. */
public final class Means {
  private Means() {}

  /**
   * The share of right answers, {@code p = correct / N}, with the standard error of a binomial
   * share, {@code √(p(1−p)/N)}.
   *
   * @return in [0, 1]; NaN if there are no answers
   */
  public static MeanWithError accuracy(Collection<Boolean> correct) {
    int n = correct.size();
    double p = (double) correct.stream().filter(Boolean::booleanValue).count() / n;
    return new MeanWithError(p, Math.sqrt(p * (1 - p) / n), n);
  }

  /** {@code 1 − x}, with x's error. */
  public static MeanWithError complement(MeanWithError x) {
    return new MeanWithError(1 - x.mean(), x.standardError(), x.n());
  }

  /**
   * {@code Σ_s z̄_s} with the error {@code √(Σ_s Var(z_s)/n_s)}: a sum of means over sets that are
   * independent of each other. If {@code z_i = Σ_j w_j x_ij} combines several measures of a row by
   * their weights, the covariance of these measures is taken into account. For a number that isn't
   * linear in its means, the error is that of its linear part, with w the slopes (the delta
   * method).
   *
   * @param sets z of each set's rows
   * @return NaN if a set has no rows; the error is NaN if a set has fewer than two; n counts rows
   */
  public static MeanWithError sum(List<double[]> sets) {
    double sum = 0;
    double error = 0;
    int n = 0;
    for (double[] rows : sets) {
      MeanWithError mean = MeanWithError.of(rows);
      sum += mean.mean();
      error = Math.hypot(error, mean.standardError());
      n += rows.length;
    }
    return new MeanWithError(sum, error, n);
  }
}
