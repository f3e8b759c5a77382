package io.engram.unlearn.eval.harness;

import io.engram.core.stats.MeanWithError;
import java.util.List;

/** Averages of several tasks or sets, whose rows are different ones. */
final class Averages {
  private Averages() {}

  /**
   * {@code (1/k) Σ x_j} with the error {@code √(Σ SE_j²) / k}: the tasks err independently.
   *
   * @param samples how many samples are behind the average
   * @return NaN where one of the tasks is; its error NaN where one of theirs is
   */
  static MeanWithError plain(int samples, List<MeanWithError> tasks) {
    double sum = tasks.stream().mapToDouble(MeanWithError::mean).sum();
    double variance = tasks.stream().mapToDouble(m -> m.standardError() * m.standardError()).sum();
    return new MeanWithError(sum / tasks.size(), Math.sqrt(variance) / tasks.size(), samples);
  }

  /**
   * {@code Σ n_i x_i / Σ n_i}, in which each row counts alike, with the pooled error {@code √( Σ
   * (n_i − 1) n_i SE_i² / (Σ n_i − k) / Σ n_i )}.
   *
   * <p><b>Source:</b> lm-evaluation-harness, {@code aggregate_subtask_metrics} and {@code
   * pooled_sample_stderr}.
   *
   * @return the error NaN where all sets have one row
   */
  static MeanWithError bySize(List<MeanWithError> sets) {
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
