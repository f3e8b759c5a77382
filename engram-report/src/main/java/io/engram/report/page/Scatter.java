package io.engram.report.page;

import io.engram.core.stats.MeanWithError;
import io.engram.report.figure.Metric;
import io.engram.report.figure.Score;
import io.engram.report.run.TrialSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A score over the trials of one recipe.
 *
 * @param values one per trial
 * @param samples the largest sample count of a trial
 */
record Scatter(double[] values, int samples) {
  /** Null if not all trials have the score. */
  static @Nullable Scatter of(TrialSet set, String stage, Metric metric) {
    List<Score> scores =
        set.runs().stream()
            .map(run -> Score.of(run, stage, metric))
            .filter(Objects::nonNull)
            .toList();
    return scores.size() < set.runs().size()
        ? null
        : new Scatter(
            scores.stream().mapToDouble(Score::value).toArray(),
            scores.stream().mapToInt(Score::n).max().orElse(0));
  }

  double mean() {
    return MeanWithError.of(values).mean();
  }

  /** {@code √(Σ(x − x̄)²/(n−1))}; NaN for one value. */
  double deviation() {
    return MeanWithError.of(values).standardError() * Math.sqrt(values.length);
  }
}
