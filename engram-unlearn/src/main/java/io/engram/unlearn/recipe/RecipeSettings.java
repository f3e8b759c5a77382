package io.engram.unlearn.recipe;

import io.engram.core.EngramException;
import io.engram.model.LanguageModel;
import io.engram.model.group.WorkerGroup;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingScope;
import java.util.function.Supplier;

/** Makes a trainer from a recipe's sections {@code scope} and {@code optimizer}. */
public final class RecipeSettings {
  private RecipeSettings() {}

  /** A trainer for the recipe's scope that keeps all activations. */
  public static Trainer trainer(LanguageModel model, Recipe recipe) {
    return trainer(model, recipe, recipe.scope().training(), false, WorkerGroup.ALONE);
  }

  /**
   * A trainer with the recipe's optimizer and seed.
   *
   * @param scope which weights to train
   * @param checkpointed as in {@link Trainer}
   * @param group as in {@link Trainer}
   * @throws EngramException as the trainer does, naming the keys that set the rejected value
   */
  public static Trainer trainer(
      LanguageModel model,
      Recipe recipe,
      TrainingScope scope,
      boolean checkpointed,
      WorkerGroup group) {
    return naming(
        "scope.train, scope.targets, scope.layers, scope.dropout and model.dtype",
        () ->
            new Trainer(
                model, scope, recipe.optimizer().settings(), recipe.seed(), checkpointed, group));
  }

  /**
   * Runs an action that may reject a setting.
   *
   * @param keys the recipe keys behind that setting
   * @throws EngramException as the action does; the message of a usage error names the keys
   */
  public static <T> T naming(String keys, Supplier<T> action) {
    try {
      return action.get();
    } catch (EngramException e) {
      throw e.kind() == EngramException.Kind.USAGE
          ? EngramException.usage(e.getMessage() + "\nIn a recipe this is set by " + keys + ".")
          : e;
    }
  }
}
