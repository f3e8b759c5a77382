package io.engram.unlearn.stop;

import io.engram.core.settings.Choices;
import io.engram.core.settings.Setting;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * When a run ends before its budget is spent, as a record of the rule's options. A rule sees which
 * samples are forgotten; it is asked after each look at them. A rule is its record with a {@link
 * io.engram.core.settings.Choice} and a line in {@link #ALL}.
 *
 * <p><b>Source:</b> Eq. 2: unlearning is done when its constraints are met; App. C.4.
 */
public interface StoppingRule {
  /** The rules by their names in a recipe. */
  Choices<StoppingRule> ALL =
      new Choices<>(
          StoppingRule.class,
          "rule",
          "When a run ends.",
          List.of(BudgetRule.class, ElMaRule.class, PerSampleRule.class));

  /** Whether it goes by what the samples are like; if not, nobody measures them. */
  boolean looks();

  /** A sample's EL has to come below this; null: the forget set's mean before the first update. */
  @Setting(
      range = "> 0",
      unit = "ratio",
      reason =
          "A forgotten sample's EL_10 is below this. null: the forget set's mean before the first"
              + " update; 1: EL isn't asked, nor generated.")
  default @Nullable Double el() {
    return null;
  }

  /** The same of its MA. */
  @Setting(
      range = "> 0",
      unit = "ratio",
      reason =
          "A forgotten sample's MA is below this. null: the forget set's mean before the first"
              + " update.")
  default @Nullable Double ma() {
    return null;
  }

  /** The share of the forget set that has to be forgotten for the run to end, (0, 1]. */
  @Setting(
      value = "1",
      range = "(0, 1]",
      unit = "ratio",
      reason =
          "The run ends when this share of the forget set is forgotten. 1: all of it, however hard"
              + " the last sample is.")
  default double share() {
    return 1;
  }

  /** How often samples are looked at, in updates; null: at the end of each epoch. */
  @Setting(
      range = ">= 1",
      unit = "updates",
      reason =
          "How often the rule looks at the samples; a look costs a pass over them and generations."
              + " null: at the end of each epoch.")
  default @Nullable Integer everyUpdates() {
    return null;
  }

  /**
   * Which samples are drawn from after this look.
   *
   * @param forgotten by sample
   * @return indices, ascending; none where there is nothing left to draw
   */
  default int[] pool(boolean[] forgotten) {
    return IntStream.range(0, forgotten.length).toArray();
  }

  /** Whether the run has come to its end. */
  boolean ends(boolean[] forgotten);

  /** How many are forgotten. */
  static int count(boolean[] forgotten) {
    int count = 0;
    for (boolean one : forgotten) {
      count += one ? 1 : 0;
    }
    return count;
  }
}
