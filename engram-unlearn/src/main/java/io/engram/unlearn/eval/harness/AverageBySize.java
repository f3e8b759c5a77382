package io.engram.unlearn.eval.harness;

import io.engram.core.stats.MeanWithError;
import java.util.List;

/** The average of several sets in which each row counts alike. */
final class AverageBySize {
  private AverageBySize() {}

  /**
   * {@code Σ n_i x_i / Σ n_i} with the pooled error {@code √( Σ (n_i − 1) n_i SE_i² / (Σ n_i − k) /
   * Σ n_i )}.
   *
   * <p><b>Source:</b> lm-evaluation-harness, {@code aggregate_subtask_metrics} and {@code
   * pooled_sample_stderr}.
   *
   * @return the error NaN where all sets have one row
   */
  static MeanWithError of(List<MeanWithError> sets) {
    int n = sets.stream().mapToInt(MeanWithError::n).sum();
    double sum = sets.stream().mapToDouble(set -> set.n() * set.mean()).sum();
    double variance =
        sets.stream()
            .filter(set -> set.n() > 1)
            .mapToDouble(
                set -> (set.n() - 1.0) * set.n() * set.standardError() * set.standardError())
            .sum();
    return new MeanWithError(sum / n, Math.sqrt(variance / (n - sets.size()) / n), n);
  }
}
