package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.core.sample.DataRow;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;

/**
 * Rows of Winogrande, scored in part: what is compared is the probability of what follows the blank
 * after each option in its place. So each row becomes two contexts and one suffix.
 *
 * <p><b>Source:</b> lm-evaluation-harness, {@code
 * lm_eval/tasks/winogrande/preprocess_winogrande.py}; Trinh and Le, A Simple Method for Commonsense
 * Reasoning (2018).
 */
final class Winogrande {
  private Winogrande() {}

  static DataRow mend(DataRow row) {
    String sentence = Columns.text(row, "sentence");
    if (sentence == null) {
      Columns.required(row, List.of("sentence", "option1", "option2", "answer"), "winogrande");
      return row;
    }
    int blank = sentence.indexOf('_');
    String suffix = blank < 0 ? "" : PythonText.strip(sentence.substring(blank + 1));
    if (suffix.isEmpty()) {
      throw EngramException.usage(
          "%s: the sentence has no blank _ with a text after it: %s"
              .formatted(row.where(), sentence));
    }
    ArrayNode contexts = row.fields().putArray("contexts");
    for (String option : List.of("option1", "option2")) {
      String text = Columns.text(Columns.required(row, List.of(option), "winogrande"), option);
      contexts.add(sentence.substring(0, blank) + text);
    }
    row.fields().put("suffix", suffix);
    return row;
  }
}
