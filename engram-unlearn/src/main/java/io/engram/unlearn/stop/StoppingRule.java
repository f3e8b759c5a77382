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
          List.of(
              BudgetRule.class,
              ElMaRule.class,
              PerSampleRule.class,
              ControlsRule.class,
              RetrainedRule.class));

  /** Tolerance for rounding: 0.55 · 100 is slightly more than 55 in floating point. */
  double ROUNDING = 1e-9;

  /** What a sample has to be below to count as forgotten. */
  enum Standard {
    /** Samples are never checked. */
    NONE,
    /** Thresholds of EL and MA ({@link Thresholds}). */
    EL_MA,
    /** The range of samples that the model never saw. */
    CONTROLS,
    /** The range of the same samples under a model that never saw them. */
    RETRAINED
  }

  /** What the rule compares samples with. */
  Standard standard();

  /**
   * Whether the rule needs to know which samples are forgotten; if not, they are never measured.
   */
  default boolean looks() {
    return standard() != Standard.NONE;
  }

  /** Whether samples are compared with samples never seen, and so checked every few updates. */
  default boolean comparesWithNeverSeen() {
    return standard() == Standard.CONTROLS || standard() == Standard.RETRAINED;
  }

  /** Which weights a run leaves. */
  enum Keep {
    /** Those after the last update. */
    LAST,
    /** The best that a check has seen. */
    BEST
  }

  /** Which weights the run leaves. */
  @Setting(
      value = "last",
      reason =
          "Which weights the run leaves. last: those after the last update; best: the best that a "
              + "check has seen, which is within method.retain_bound if any is, has the fewest "
              + "samples left to forget, of these knows them least, and of these has the least "
              + "loss on samples to keep.")
  default Keep keep() {
    return Keep.LAST;
  }

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

  /** How far below the range of samples never seen a log-probability has to be, nats a token. */
  @Setting(
      value = "0",
      range = ">= 0",
      unit = "nats a token",
      reason =
          "How far below the range of samples never seen a sample's mean log-probability has to be "
              + "for the run to count it as forgotten. What is pushed further takes longer to "
              + "relearn, and costs more of what is kept. engram forget --audit chooses it; the "
              + "verdicts don't depend on it.")
  default double margin() {
    return 0;
  }

  /** Whether the model's own answer may not give a forgotten sample's fact away. */
  @Setting(
      value = "false",
      reason =
          "true: the model is asked, too. While its own answer gives a sample's whole fact away, in "
              + "whatever words, the sample isn't forgotten, and that answer is trained on, alone or "
              + "in turn with the sample's own (by methods that need no reference for it).")
  default boolean answers() {
    return false;
  }

  /** Number of updates between checks of the samples; null: the rule's own. */
  @Setting(
      range = ">= 1",
      unit = "updates",
      reason =
          "Checks the samples every this many updates. A check costs a pass over them, and "
              + "generation for EL. null: where samples are compared with samples never seen "
              + "(controls, retrained), when all that are left have been drawn and checks take at "
              + "most half as long as updates; otherwise at the end of each epoch.")
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

  /** Whether the run should end: a share of the samples is forgotten. */
  default boolean ends(boolean[] forgotten) {
    return count(forgotten) >= share() * forgotten.length - ROUNDING;
  }

  /** The pool of a rule that draws a sample only while it isn't forgotten. */
  static int[] left(boolean[] forgotten) {
    return IntStream.range(0, forgotten.length).filter(i -> !forgotten[i]).toArray();
  }

  /** The number of forgotten samples. */
  static int count(boolean[] forgotten) {
    int count = 0;
    for (boolean one : forgotten) {
      count += one ? 1 : 0;
    }
    return count;
  }
}
