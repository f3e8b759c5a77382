package io.engram.unlearn.eval.tofu;

import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.Means;
import java.util.List;

/**
 * UT: how much is left of what should be kept. All in [0, 1], 1 = everything.
 *
 * <p><b>Source:</b> Table 1, the six columns of the utility and their average. Not TOFU's own model
 * utility, a harmonic mean of nine numbers.
 *
 * @param retain the retain set
 * @param realAuthors questions about real authors
 * @param worldFacts questions about the world
 * @param average the mean of the six; its error accounts for both measures of a set coming from the
 *     same rows
 */
public record ModelUtility(Kept retain, Kept realAuthors, Kept worldFacts, MeanWithError average) {
  private static final int MEASURES = 6;

  /**
   * What is left of one set.
   *
   * @param accuracy share of samples answered rightly
   * @param rougeRecall mean ROUGE-L recall
   */
  public record Kept(MeanWithError accuracy, MeanWithError rougeRecall) {
    private static Kept of(List<EvaluationRow> rows) {
      return new Kept(EvaluationRow.accuracy(rows), EvaluationRow.meanRecall(rows));
    }
  }

  /** Of the rows of the three sets. */
  static ModelUtility of(
      List<EvaluationRow> retain, List<EvaluationRow> realAuthors, List<EvaluationRow> worldFacts) {
    return new ModelUtility(
        Kept.of(retain),
        Kept.of(realAuthors),
        Kept.of(worldFacts),
        Means.sum(List.of(parts(retain), parts(realAuthors), parts(worldFacts))));
  }

  /** Each row's part of the average. */
  private static double[] parts(List<EvaluationRow> rows) {
    return rows.stream()
        .mapToDouble(row -> (row.correctness() + row.recall()) / MEASURES)
        .toArray();
  }
}
