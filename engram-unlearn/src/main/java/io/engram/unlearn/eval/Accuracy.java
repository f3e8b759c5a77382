package io.engram.unlearn.eval;

import io.engram.core.stats.MeanWithError;
import java.util.Collection;

/** The share of right answers. */
public final class Accuracy {
  private Accuracy() {}

  /**
   * {@code p = correct / N}, with the standard error of a binomial share, {@code √(p(1−p)/N)}.
   *
   * @return in [0, 1]; NaN of nothing
   */
  public static MeanWithError of(Collection<Boolean> correct) {
    int n = correct.size();
    double p = (double) correct.stream().filter(Boolean::booleanValue).count() / n;
    return new MeanWithError(p, Math.sqrt(p * (1 - p) / n), n);
  }

  /** {@code 1 − x}, with x's error. */
  public static MeanWithError complement(MeanWithError x) {
    return new MeanWithError(1 - x.mean(), x.standardError(), x.n());
  }
}
