package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.core.sample.DataRow;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** Which choices of a row are right, by its label, however that is spelt. */
final class Label {
  private Label() {}

  /**
   * Right and wrong ones.
   *
   * @param choices how many there are
   * @throws EngramException if the label is none that the task knows, with those it knows
   */
  static boolean[] of(DataRow row, TaskSpec task, int choices) {
    JsonNode label = Columns.at(row.fields(), task.target().column());
    boolean[] isTrue =
        label.isArray() ? listed(row, label, task, choices) : single(row, label, task, choices);
    if (IntStream.range(0, choices).noneMatch(i -> isTrue[i])) {
      throw EngramException.usage("%s: none of the choices is right".formatted(row.where()));
    }
    return isTrue;
  }

  private static boolean[] listed(DataRow row, JsonNode labels, TaskSpec task, int choices) {
    if (labels.size() != choices) {
      throw EngramException.usage(
          "%s: %s has %d labels for %d choices"
              .formatted(row.where(), task.target().column(), labels.size(), choices));
    }
    boolean[] isTrue = new boolean[choices];
    Integer first = task.target().first();
    for (int i = 0; i < choices; i++) {
      isTrue[i] = labels.get(i).asInt(-1) == (first == null ? 1 : first);
      if (isTrue[i] && first != null) {
        return isTrue;
      }
    }
    return isTrue;
  }

  private static boolean[] single(DataRow row, JsonNode label, TaskSpec task, int choices) {
    String text = PythonText.strip(label.asString());
    int right = place(row, text, task);
    if (right < 0 || right >= choices) {
      throw unknown(row, text, task, choices);
    }
    boolean[] isTrue = new boolean[choices];
    isTrue[right] = true;
    return isTrue;
  }

  private static int place(DataRow row, String text, TaskSpec task) {
    TaskSpec.Target target = task.target();
    if (target.among() != null) {
      return Columns.texts(row, target.among()).indexOf(text);
    }
    if (!target.values().isEmpty()) {
      return target.values().getOrDefault(text, -1);
    }
    return text.matches("\\d{1,3}") ? Integer.parseInt(text) : -1;
  }

  private static EngramException unknown(DataRow row, String text, TaskSpec task, int choices) {
    TaskSpec.Target target = task.target();
    Object known =
        target.among() != null
            ? Columns.texts(row, target.among())
            : !target.values().isEmpty()
                ? target.values().keySet().stream().sorted().toList()
                : "0 to " + (choices - 1);
    return EngramException.usage(
        "%s: its label is \"%s\"; right are %s".formatted(row.where(), text, known));
  }

  /** The choices of the examples' answers: one is right. */
  static List<Integer> places(boolean[] isTrue) {
    return IntStream.range(0, isTrue.length).filter(i -> isTrue[i]).boxed().toList();
  }
}
