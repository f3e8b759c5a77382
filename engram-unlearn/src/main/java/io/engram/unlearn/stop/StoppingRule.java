package io.engram.unlearn.stop;

import io.engram.core.settings.Choices;
import io.engram.core.settings.Setting;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a run ends before its budget is spent, as a record of the rule's options. After each
 * check of the samples, the rule sees which ones are forgotten. To add a rule, write its record
 * with a {@link io.engram.core.settings.Choice} and add a line to {@link #ALL}.
 *
 * <p><b>Source:</b> Eq. 2: unlearning is done when its constraints are met; App. C.4.
 */
public interface StoppingRule {
  /** The rules by their names in a recipe. */
  Choices<StoppingRule> ALL =
      new Choices<>(
          StoppingRule.class,
          "rule",
          "When the run ends.",
          List.of(BudgetRule.class, ElMaRule.class, PerSampleRule.class));

  /**
   * Whether the rule needs to know which samples are forgotten; if not, they are never measured.
   */
  boolean looks();

  /**
   * Threshold below which a sample's EL must fall; null: the forget set's mean before the first
   * update.
   */
  @Setting(
      range = "> 0",
      unit = "ratio",
      reason =
          "Threshold of EL_10: a sample counts as forgotten when both its EL_10 and its MA are "
              + "below their thresholds. null: the forget set's mean before the first update; 1: "
              + "ignores EL, which saves generating.")
  default @Nullable Double el() {
    return null;
  }

  /** The same threshold for MA. */
  @Setting(
      range = "> 0",
      unit = "ratio",
      reason =
          "Threshold of MA: a forgotten sample's MA is below it. null: the forget set's mean "
              + "before the first update.")
  default @Nullable Double ma() {
    return null;
  }

  /** The share of the forget set that must be forgotten for the run to end, (0, 1]. */
  @Setting(
      value = "1",
      range = "(0, 1]",
      unit = "ratio",
      reason =
          "Ends the run when this share of the forget set is forgotten. 1: all of it, however "
              + "hard the last sample is.")
  default double share() {
    return 1;
  }

  /** Number of updates between checks of the samples; null: check at the end of each epoch. */
  @Setting(
      range = ">= 1",
      unit = "updates",
      reason =
          "Checks the samples every this many updates. A check costs a pass over them, and "
              + "generation for EL. null: at the end of each epoch.")
  default @Nullable Integer everyUpdates() {
    return null;
  }

  /**
   * Which samples to draw from after a check.
   *
   * @param forgotten for each sample, whether it is forgotten
   * @return indices, ascending; empty if nothing is left to draw
   */
  default int[] pool(boolean[] forgotten) {
    return IntStream.range(0, forgotten.length).toArray();
  }

  /** Whether the run should end. */
  boolean ends(boolean[] forgotten);

  /** The number of forgotten samples. */
  static int count(boolean[] forgotten) {
    int count = 0;
    for (boolean one : forgotten) {
      count += one ? 1 : 0;
    }
    return count;
  }
}
