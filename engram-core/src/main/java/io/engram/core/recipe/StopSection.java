package io.engram.core.recipe;

import org.jspecify.annotations.Nullable;

/**
 * {@code stop}: when a run ends.
 *
 * @param rule which rule
 * @param el a sample's EL has to come below this; null: the forget set's mean before the first
 *     update
 * @param ma the same of its MA
 * @param share of the forget set that has to be forgotten for the run to end
 * @param everyUpdates how often samples are looked at; null: at the end of each epoch
 */
public record StopSection(
    Rule rule,
    @Nullable Double el,
    @Nullable Double ma,
    double share,
    @Nullable Integer everyUpdates) {
  /** The stopping rules. */
  public enum Rule {
    /** When the budget is spent. */
    BUDGET,
    /** When the samples are forgotten, by EL and MA, or the budget is spent. */
    EL_MA,
    /** The same, and a forgotten sample isn't drawn while it stays forgotten. */
    PER_SAMPLE
  }

  /** The budget alone. */
  public static StopSection ofBudget() {
    return new StopSection(Rule.BUDGET, null, null, 1, null);
  }
}
