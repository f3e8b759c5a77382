package io.engram.core.recipe;

/**
 * {@code stop}: when a run ends.
 *
 * @param rule which rule
 */
public record StopSection(Rule rule) {
  /** The stopping rules. */
  public enum Rule {
    /** When the budget is spent. */
    BUDGET
  }
}
