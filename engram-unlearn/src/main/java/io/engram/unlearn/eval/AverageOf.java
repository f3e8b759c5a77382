package io.engram.unlearn.eval;

import io.engram.core.stats.MeanWithError;
import java.util.Arrays;

/** Averages of metrics of different samples. */
public final class AverageOf {
  private AverageOf() {}

  /**
   * {@code (1/k) Σ x_j} with the error {@code √(Σ SE_j²) / k}: the metrics err independently. Those
   * of the same samples don't; for them there is {@link MeansOfRows}.
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
