package io.engram.unlearn.eval.harness;

import io.engram.core.sample.DataRow;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Rows of TruthfulQA. The benchmark's own table has answers in cells, separated by semicolons: mc1
 * is then the best answer and all false ones, mc2 all true and all false ones.
 *
 * <p><b>Source:</b> Lin, Hilton, Evans: TruthfulQA (2022), section 3.
 */
final class TruthfulQa {
  private static final Map<String, String> NAMES = Map.of("Question", "question");

  private TruthfulQa() {}

  /** A row that has its targets keeps them. */
  static DataRow mend(DataRow row) {
    String best = Columns.text(row, "Best Answer");
    String right = Columns.text(row, "Correct Answers");
    String wrong = Columns.text(row, "Incorrect Answers");
    if (best != null && right != null && wrong != null) {
      NAMES.forEach((from, to) -> row.fields().set(to, row.fields().path(from)));
      List<String> untrue = answers(wrong);
      put(row.fields().putObject("mc1_targets"), List.of(best.strip()), untrue);
      put(row.fields().putObject("mc2_targets"), answers(right), untrue);
    }
    return row;
  }

  private static List<String> answers(String cell) {
    return Arrays.stream(cell.split(";", -1)).map(String::strip).filter(a -> !a.isEmpty()).toList();
  }

  private static void put(ObjectNode targets, List<String> right, List<String> wrong) {
    ArrayNode choices = targets.putArray("choices");
    ArrayNode labels = targets.putArray("labels");
    right.forEach(
        answer -> {
          choices.add(answer);
          labels.add(1);
        });
    wrong.forEach(
        answer -> {
          choices.add(answer);
          labels.add(0);
        });
  }
}
