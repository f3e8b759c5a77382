package io.engram.unlearn.eval;

import io.engram.core.stats.MeanWithError;
import java.util.Arrays;

/** Averages of metrics. */
public final class AverageOf {
  private AverageOf() {}

  /**
   * {@code (1/k) Σ x_j} with the error {@code √(Σ SE_j²) / k}: as if the metrics erred
   * independently. Those of one set of samples don't quite; their covariance is left out.
   *
   * @param samples how many samples are behind the average
   * @return NaN where one of the metrics is; its error NaN where one of theirs is
   */
  public static MeanWithError of(int samples, MeanWithError... metrics) {
    double sum = Arrays.stream(metrics).mapToDouble(MeanWithError::mean).sum();
    double variance =
        Arrays.stream(metrics).mapToDouble(m -> m.standardError() * m.standardError()).sum();
    return new MeanWithError(sum / metrics.length, Math.sqrt(variance) / metrics.length, samples);
  }
}
