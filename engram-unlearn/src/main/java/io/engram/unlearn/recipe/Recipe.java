package io.engram.unlearn.recipe;

import io.engram.core.EngramException;
import io.engram.core.settings.Choices;
import io.engram.core.settings.Explained;
import io.engram.core.settings.Schema;
import io.engram.core.settings.Setting;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.difficulty.DifficultyScores;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.method.Methods;
import io.engram.unlearn.method.UnlearningMethod;
import io.engram.unlearn.order.Orders;
import io.engram.unlearn.order.SampleOrder;
import io.engram.unlearn.stop.StoppingRule;
import java.util.List;

/**
 * A whole experiment, resolved: every key has its value. Method, order and stopping rule are the
 * values that carry it out; a choice has the keys of its own record and no others.
 *
 * @param trials runs with the seeds seed, seed + 1, …
 * @param seed all randomness comes from it
 */
public record Recipe(
    ModelSection model,
    @Explained(key = "data", reason = "The samples to forget. Needed by engram unlearn.")
        DataSection forget,
    @Explained(
            key = "data",
            reason = "The samples to keep. Needed where method.retain_weight is above 0.")
        DataSection retain,
    @Explained(
            key = "data",
            reason = "The samples to learn. engram finetune only, and needed there.")
        DataSection train,
    UnlearningMethod method,
    SampleOrder order,
    OptimizerSection optimizer,
    ScopeSection scope,
    BudgetSection budget,
    StoppingRule stop,
    EvalSection eval,
    @Setting(
            value = "1",
            range = ">= 1",
            unit = "runs",
            reason =
                "Runs with the seeds seed, seed + 1, …, to see how much of a difference is "
                    + "chance.")
        int trials,
    @Setting(
            value = "42",
            reason = "All randomness comes from it: the same seed gives the same run.")
        long seed) {
  /** All keys; the one place that reading, checking, writing and explaining go by. */
  static final Schema<Recipe> SCHEMA =
      Schema.of(
          Recipe.class,
          List.of(
              Methods.ALL,
              Orders.ALL,
              DifficultyScores.ALL,
              OptimizerSection.ALL,
              ScopeSection.ALL,
              StoppingRule.ALL));

  /** What it is for: whether its method forgets. */
  public Kind kind() {
    return method.forgets() ? Kind.UNLEARN : Kind.FINETUNE;
  }

  /**
   * The estimator that the order goes by.
   *
   * @throws EngramException if the order goes by none
   */
  public DifficultyScore estimator() {
    DifficultyScore estimator = order.estimator();
    if (estimator == null) {
      throw EngramException.usage(
          "order.name = %s: has no estimator; order.name = mrd has"
              .formatted(Choices.nameOf(order)));
    }
    return estimator;
  }

  /** What is drawn from: the forget set, or the training set of a fine-tuning. */
  public DataSection drawn() {
    return method.forgets() ? forget : train;
  }

  /** What a recipe is for; some defaults and rules differ. */
  public enum Kind {
    /** {@code engram unlearn}. */
    UNLEARN,
    /** {@code engram finetune}. */
    FINETUNE
  }
}
