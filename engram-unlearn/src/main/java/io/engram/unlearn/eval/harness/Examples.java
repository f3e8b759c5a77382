package io.engram.unlearn.eval.harness;

import io.engram.core.sample.DataRow;
import java.util.List;

/**
 * Chooses the examples before each question of a part, whether its answers are scored or written.
 *
 * <p><b>Source:</b> lm-evaluation-harness, {@code lm_eval/api/samplers.py}: one sampler for all
 * kinds of tasks, with a generator that starts anew for each task.
 */
final class Examples {
  /** {@code fewshot_random_seed} of lm-evaluation-harness, where nobody says otherwise. */
  private static final int SEED = 1234;

  private final List<DataRow> rows;
  private final int shots;
  private final TaskSpec.Shots.Draw draw;
  private final PythonRandom random = new PythonRandom(SEED);

  /**
   * For the questions of a part.
   *
   * @param rows at least as many as {@link #least} says
   * @param shots how many go before a question
   */
  Examples(List<DataRow> rows, int shots, TaskSpec.Shots.Draw draw) {
    this.rows = rows;
    this.shots = shots;
    this.draw = draw;
  }

  /** How many rows there must be to choose from. */
  static int least(TaskSpec.Shots.Draw draw, int shots) {
    return shots > 0 && draw == TaskSpec.Shots.Draw.SAMPLED_OTHERS ? shots + 1 : shots;
  }

  /** The examples before the next question, drawn after those of the questions before it. */
  List<DataRow> before(DataRow question) {
    if (shots == 0 || draw == TaskSpec.Shots.Draw.FIRST) {
      return rows.subList(0, shots);
    }
    if (draw == TaskSpec.Shots.Draw.SAMPLED) {
      return random.sample(rows, shots);
    }
    List<DataRow> others = others(question, random.sample(rows, shots + 1));
    // A question that is there several times may take away more than one.
    return others.size() < shots
        ? random.sample(others(question, rows), shots)
        : others.subList(0, shots);
  }

  private static List<DataRow> others(DataRow question, List<DataRow> of) {
    return of.stream().filter(each -> !each.fields().equals(question.fields())).toList();
  }
}
