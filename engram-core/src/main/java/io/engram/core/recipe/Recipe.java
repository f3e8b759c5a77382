package io.engram.core.recipe;

/**
 * A whole experiment, resolved: every key has its value.
 *
 * @param trials runs with the seeds seed, seed + 1, …
 * @param seed all randomness comes from it
 */
public record Recipe(
    ModelSection model,
    DataSection forget,
    DataSection retain,
    DataSection train,
    MethodSection method,
    OrderSection order,
    OptimizerSection optimizer,
    ScopeSection scope,
    BudgetSection budget,
    StopSection stop,
    EvalSection eval,
    int trials,
    long seed) {
  /** What a recipe is for; some defaults and rules differ. */
  public enum Kind {
    /** {@code engram unlearn}. */
    UNLEARN,
    /** {@code engram finetune}. */
    FINETUNE
  }
}
