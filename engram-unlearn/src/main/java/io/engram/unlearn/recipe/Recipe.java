package io.engram.unlearn.recipe;

import io.engram.core.EngramException;
import io.engram.core.settings.Choices;
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
import java.util.regex.Pattern;

/**
 * A complete experiment with a value for every key. Method, order and stopping rule are the objects
 * that carry it out; each choice has the keys of its own record and no others.
 *
 * @param trials number of runs, with the seeds seed, seed + 1, …
 * @param seed source of all randomness
 */
public record Recipe(
    ModelSection model,
    @Setting.Explained(key = "data", reason = "The samples to forget. Required by engram unlearn.")
        DataSection forget,
    @Setting.Explained(
            key = "data",
            reason =
                "Samples that the model should keep. Required if method.retain_weight is "
                    + "above 0.")
        DataSection retain,
    @Setting.Explained(
            key = "data",
            reason = "The samples to learn. Required by engram finetune, and only used there.")
        DataSection train,
    @Setting.Explained(
            key = "data",
            reason =
                "Samples of the same kind that the model has never seen. stop.rule = controls "
                    + "compares the forget set with them.")
        DataSection controls,
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
                "Number of runs, with the seeds seed, seed + 1, …. More than one shows how much "
                    + "of a difference is chance.")
        int trials,
    @Setting(
            value = "42",
            reason = "The source of all randomness. The same seed gives the same run.")
        long seed) {
  /** All keys. Reading, checking, writing and explaining a recipe all follow from this schema. */
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

  /** Whether the recipe unlearns or fine-tunes, by its method. */
  public Kind kind() {
    return method.forgets() ? Kind.UNLEARN : Kind.FINETUNE;
  }

  /** Whether a rehearsal finds the learning rate, and the budget where nobody has set one. */
  public boolean isRateOpen() {
    return optimizer.learningRate() == 0;
  }

  /** The same without a budget. */
  Recipe withoutBudget() {
    return new Recipe(
        model,
        forget,
        retain,
        train,
        controls,
        method,
        order,
        optimizer,
        scope,
        new BudgetSection(null, null, budget.batch(), budget.accumulate()),
        stop,
        eval,
        trials,
        seed);
  }

  /**
   * The difficulty score that the order uses.
   *
   * @throws EngramException if the order uses none
   */
  public DifficultyScore estimator() {
    DifficultyScore estimator = order.estimator();
    if (estimator == null) {
      throw EngramException.usage(
          "order.name = %s: has no estimator; use order.name = mrd"
              .formatted(Choices.nameOf(order)));
    }
    return estimator;
  }

  /**
   * The section that samples are drawn from: the forget set, or the training set when fine-tuning.
   */
  public DataSection drawn() {
    return method.forgets() ? forget : train;
  }

  /** What a recipe is for. Some defaults and rules differ between the two. */
  public enum Kind {
    /** {@code engram unlearn}. */
    UNLEARN,
    /** {@code engram finetune}. */
    FINETUNE;

    /**
     * A section {@code train} that names data (a resolved recipe of any kind has an empty one), or
     * the method {@code finetune}: both are only for {@code engram finetune}.
     */
    private static final Pattern FINE_TUNES =
        Pattern.compile(
            "(?m)^train\\s*:\\s*\\{?\\s*data\\s*:(?!\\s*\\[\\s*\\])"
                + "|\\bname\\s*:\\s*[\"']?finetune\\b");

    /** The kind of a recipe's text, by the keys that only fine-tuning has. */
    public static Kind of(String yaml) {
      return FINE_TUNES.matcher(yaml).find() ? FINETUNE : UNLEARN;
    }
  }
}
