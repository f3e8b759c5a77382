package io.engram.unlearn.stop;

import io.engram.core.recipe.StopSection;
import java.util.stream.IntStream;

/**
 * When a run ends before its budget is spent. A rule sees which samples are forgotten; it is asked
 * after each look at them.
 *
 * <p><b>Source:</b> Eq. 2: unlearning is done when its constraints are met; App. C.4.
 */
public interface StoppingRule {
  /** How recipes call it; the reason that is written down where it ended a run. */
  String name();

  /** Whether it goes by what the samples are like; if not, nobody measures them. */
  boolean looks();

  /**
   * Which samples are drawn from after this look.
   *
   * @param forgotten by sample
   * @return indices, ascending; none where there is nothing left to draw
   */
  int[] pool(boolean[] forgotten);

  /** Whether the run has come to its end. */
  boolean ends(boolean[] forgotten);

  /** The rule that a recipe names. */
  static StoppingRule of(StopSection section) {
    return switch (section.rule()) {
      case BUDGET -> new BudgetRule();
      case EL_MA -> new ElMaRule(section.share());
      case PER_SAMPLE -> new PerSampleRule(section.share());
    };
  }

  /** All samples. */
  static int[] all(boolean[] forgotten) {
    return IntStream.range(0, forgotten.length).toArray();
  }

  /** How many are forgotten. */
  static int count(boolean[] forgotten) {
    int count = 0;
    for (boolean one : forgotten) {
      count += one ? 1 : 0;
    }
    return count;
  }
}
