package io.engram.unlearn.recipe;

import io.engram.core.EngramException;
import io.engram.model.LanguageModel;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingScope;
import java.util.function.Supplier;

/** The settings of training that a recipe's sections {@code scope} and {@code optimizer} make. */
public final class RecipeSettings {
  private RecipeSettings() {}

  /** A trainer of what the recipe trains, keeping all activations. */
  public static Trainer trainer(LanguageModel model, Recipe recipe) {
    return trainer(model, recipe, recipe.scope().training(), false);
  }

  /**
   * A trainer with the recipe's optimizer and seed.
   *
   * @param scope what is trained
   * @param checkpointed as in {@link Trainer}
   * @throws EngramException as the trainer does, naming the keys that set what it rejects
   */
  public static Trainer trainer(
      LanguageModel model, Recipe recipe, TrainingScope scope, boolean checkpointed) {
    return naming(
        "scope.train, scope.targets, scope.layers, scope.dropout and model.dtype",
        () ->
            new Trainer(model, scope, recipe.optimizer().settings(), recipe.seed(), checkpointed));
  }

  /**
   * Runs what may reject a setting.
   *
   * @param keys of the recipe that make the setting
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
