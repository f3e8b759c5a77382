package io.engram.unlearn.eval.tofu;

import io.engram.unlearn.eval.EvaluationRow;
import io.engram.unlearn.eval.RowCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What must be known of rows that aren't as the others, with their numbers. */
final class TofuNotes {
  private static final String AUC = TofuSuite.NAME + ".forget.mia_auc: rows ";

  private TofuNotes() {}

  /** A sentence for each thing that holds of a row. */
  static List<String> ofRows(Map<String, List<EvaluationRow>> rows) {
    RowCounts empty = new RowCounts();
    RowCounts emptyParaphrased = new RowCounts();
    RowCounts infinite = new RowCounts();
    RowCounts none = new RowCounts();
    rows.forEach(
        (set, of) -> {
          empty.count(set, of, row -> row.output().isEmpty());
          emptyParaphrased.count(set, of, row -> "".equals(row.paraphrasedOutput()));
          infinite.count(
              set, of, row -> Double.valueOf(Double.POSITIVE_INFINITY).equals(row.minK()));
          none.count(set, of, row -> row.paraphrasedQuestion() != null && row.minK() == null);
        });
    List<String> notes = new ArrayList<>();
    notes.addAll(empty.note("tofu: empty answers, with a ROUGE-L recall of 0 and no fact in them"));
    notes.addAll(
        emptyParaphrased.note("tofu: empty answers to paraphrased questions, which are wrong"));
    notes.addAll(infinite.note(AUC + "with an infinite score, ranked as the strangest"));
    notes.addAll(none.note(AUC + "left out, whose score is not a number"));
    return notes;
  }

  /** Of prompts after which nothing is generated. */
  static String noRoom(int totalTokens) {
    return "tofu: questions with an empty answer because their prompt fills %d tokens or the window"
        .formatted(totalTokens);
  }

  /** Of texts that don't fit. */
  static String cut(String suite, int window) {
    return "%s: rows with a question and answer longer than the model's window of %d tokens, scored without their beginning"
        .formatted(suite, window);
  }
}
