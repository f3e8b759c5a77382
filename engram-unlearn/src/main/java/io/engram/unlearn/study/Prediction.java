package io.engram.unlearn.study;

import io.engram.core.random.RandomStream;
import io.engram.core.stats.Bootstrap;
import io.engram.core.stats.RankCorrelation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How well a score measured before unlearning predicts the ranking of samples by the updates they
 * needed.
 *
 * @param score its name
 * @param n number of samples that met the criterion and have the score
 * @param rho Spearman's ρ
 * @param interval 95 %, by bootstrap over samples
 * @param lengthFixed partial ρ, controlled for the number of labelled tokens
 * @param lengthAndLossFixed partial ρ, controlled for that and for the mean loss at the start
 */
record Prediction(
    String score,
    int n,
    double rho,
    Bootstrap.Interval interval,
    double lengthFixed,
    double lengthAndLossFixed) {
  private static final int REDRAWN = 1000;
  private static final int LEAST = 6;

  /**
   * Compares all scores of the rows with the updates by one criterion. Rows whose score is NaN are
   * skipped for that score. Scores with fewer than 6 rows, or with rows that are all alike, are
   * omitted.
   */
  static List<Prediction> all(List<DifficultyRow> rows, String criterion, long seed) {
    List<DifficultyRow> met =
        rows.stream().filter(row -> row.updates().containsKey(criterion)).toList();
    List<Prediction> predictions = new ArrayList<>();
    for (String score : met.isEmpty() ? Set.<String>of() : met.get(0).scores().keySet()) {
      List<DifficultyRow> usable =
          met.stream()
              .filter(row -> !Double.isNaN(row.scores().getOrDefault(score, Double.NaN)))
              .toList();
      double[] values = DifficultyFindings.column(usable, score);
      double[] updates = usable.stream().mapToDouble(row -> row.updates().get(criterion)).toArray();
      if (usable.size() >= LEAST && varies(values) && varies(updates)) {
        predictions.add(of(score, values, updates, usable, seed));
      }
    }
    return predictions;
  }

  private static boolean varies(double[] values) {
    return Arrays.stream(values).distinct().count() > 1;
  }

  private static Prediction of(
      String score, double[] values, double[] updates, List<DifficultyRow> rows, long seed) {
    double[] length = rows.stream().mapToDouble(DifficultyRow::tokens).toArray();
    double[] loss = DifficultyFindings.column(rows, "loss_mean");
    Bootstrap.Interval interval =
        Bootstrap.ofPairs(
            values,
            updates,
            RankCorrelation::spearman,
            0.95,
            REDRAWN,
            RandomStream.of(seed, "study-bootstrap", 0, 0));
    return new Prediction(
        score,
        values.length,
        RankCorrelation.spearman(values, updates),
        interval,
        score.equals("tokens")
            ? Double.NaN
            : RankCorrelation.partialSpearman(values, updates, length),
        score.equals("tokens") || score.equals("loss_mean")
            ? Double.NaN
            : RankCorrelation.partialSpearman(values, updates, length, loss));
  }

  /** The result in words. */
  String text() {
    return String.format(
        Locale.ROOT,
        "%s, ρ = %.2f [%.2f, %.2f], n = %d",
        score,
        rho,
        interval.low(),
        interval.high(),
        n);
  }

  /** A row of a table. */
  List<@Nullable Object> cells() {
    List<@Nullable Object> cells = new ArrayList<>();
    cells.add(score);
    cells.add(n);
    for (double value :
        new double[] {rho, interval.low(), interval.high(), lengthFixed, lengthAndLossFixed}) {
      cells.add(Double.isNaN(value) ? null : value);
    }
    return cells;
  }
}
