package io.engram.unlearn.eval.tofu;

import io.engram.core.metric.RougeL;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.Accuracy;
import io.engram.unlearn.eval.EvaluationRow;
import io.engram.unlearn.eval.tofu.ParaphraseJudge.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** From a model's answers to a set's rows, and from rows to numbers. Knows of no model. */
final class TofuScores {
  private TofuScores() {}

  /**
   * The rows of a set.
   *
   * @param outputs what the model answered, by question
   * @param minK Min-K % of every row's text; empty for a set that has none
   */
  static List<EvaluationRow> rows(
      TofuSet set, Map<String, String> outputs, double[] minK, ParaphraseJudge judge) {
    List<Verdict> verdicts =
        set.paraphrased() ? judge.judge(set.rows(), outputs, set.split()) : List.of();
    List<EvaluationRow> rows = new ArrayList<>();
    for (int i = 0; i < set.rows().size(); i++) {
      TofuRow row = set.rows().get(i);
      String output = outputs.getOrDefault(row.question(), "");
      rows.add(
          set.paraphrased()
              ? byMeaning(set.name(), row, output, outputs, verdicts.get(i), judge, minK[i])
              : byContainment(set.name(), row, output));
    }
    return rows;
  }

  private static EvaluationRow byMeaning(
      String set,
      TofuRow row,
      String output,
      Map<String, String> outputs,
      Verdict verdict,
      ParaphraseJudge judge,
      double minK) {
    return new EvaluationRow(
        row.id(),
        set,
        row.question(),
        row.answer(),
        output,
        rougeRecall(output, row),
        verdict.correct(),
        judge.name(),
        row.paraphrasedQuestion(),
        outputs.getOrDefault(Objects.requireNonNull(row.paraphrasedQuestion()), ""),
        verdict.closest(),
        Double.isNaN(minK) ? null : (@Nullable Double) minK);
  }

  private static EvaluationRow byContainment(String set, TofuRow row, String output) {
    return new EvaluationRow(
        row.id(),
        set,
        row.question(),
        row.answer(),
        output,
        rougeRecall(output, row),
        Containment.isCorrect(output, row.answer()),
        Containment.NAME,
        null,
        null,
        null,
        null);
  }

  /** On the original question, with stems, as Table 1's evaluator. */
  private static double rougeRecall(String output, TofuRow row) {
    return RougeL.score(output, row.answer(), true).recall();
  }

  /** 1 where the answer is right, else 0. */
  static double correct(EvaluationRow row) {
    return Objects.requireNonNull(row.correct()) ? 1 : 0;
  }

  static MeanWithError accuracy(List<EvaluationRow> rows) {
    return Accuracy.of(rows.stream().map(row -> Objects.requireNonNull(row.correct())).toList());
  }

  static MeanWithError meanRougeRecall(List<EvaluationRow> rows) {
    return MeanWithError.of(
        rows.stream().mapToDouble(row -> Objects.requireNonNull(row.rougeRecall())).toArray());
  }

  /** The scores there are: a row whose score is not a number has none. */
  static double[] minK(List<EvaluationRow> rows) {
    return rows.stream()
        .map(EvaluationRow::minK)
        .filter(Objects::nonNull)
        .mapToDouble(Objects::requireNonNull)
        .toArray();
  }
}
