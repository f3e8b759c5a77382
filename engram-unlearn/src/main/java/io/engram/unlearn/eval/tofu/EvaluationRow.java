package io.engram.unlearn.eval.tofu;

import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.Means;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code eval/STAGE/SET.jsonl}: the measures of one sample. Measures that don't apply to
 * a set are null.
 *
 * @param id the row's number in its file, from 0
 * @param set the set's name: {@code forget}
 * @param question as in the data
 * @param answer the true one
 * @param output what the model answered
 * @param rougeRecall ROUGE-L recall of {@code output} against {@code answer}, [0, 1]
 * @param correct whether the model knows the answer, by {@code judgedBy}
 * @param judgedBy what decided that: the sentence encoder's name, or {@code containment}
 * @param paraphrasedQuestion the question in other words
 * @param paraphrasedOutput the model's answer to it, which the encoder judges
 * @param closestAnswer the candidate nearest to it in meaning
 * @param minK Min-K % score of question and true answer, nats; high: unlikely under the model,
 *     infinite: impossible under it; null also if it is NaN
 */
public record EvaluationRow(
    String id,
    String set,
    String question,
    String answer,
    String output,
    @Nullable Double rougeRecall,
    @Nullable Boolean correct,
    @Nullable String judgedBy,
    @Nullable String paraphrasedQuestion,
    @Nullable String paraphrasedOutput,
    @Nullable String closestAnswer,
    @Nullable Double minK) {
  /** 1 if the answer is right, else 0. */
  double correctness() {
    return Objects.requireNonNull(correct) ? 1 : 0;
  }

  /** The recall of a row that has one, as all rows of the suite {@code tofu} do. */
  double recall() {
    return Objects.requireNonNull(rougeRecall);
  }

  /** The share of right answers. */
  static MeanWithError accuracy(List<EvaluationRow> rows) {
    return Means.accuracy(rows.stream().map(row -> row.correctness() == 1).toList());
  }

  /** Mean ROUGE-L recall. */
  static MeanWithError meanRecall(List<EvaluationRow> rows) {
    return MeanWithError.of(rows.stream().mapToDouble(EvaluationRow::recall).toArray());
  }

  /** The existing Min-K % scores: a row whose score is NaN has none. */
  static double[] minK(List<EvaluationRow> rows) {
    return rows.stream()
        .map(EvaluationRow::minK)
        .filter(Objects::nonNull)
        .mapToDouble(Objects::requireNonNull)
        .toArray();
  }
}
