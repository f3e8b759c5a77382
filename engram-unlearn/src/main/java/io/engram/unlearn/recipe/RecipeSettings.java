package io.engram.unlearn.recipe;

import io.engram.core.EngramException;
import io.engram.core.recipe.OptimizerSection;
import io.engram.core.recipe.Recipe;
import io.engram.core.recipe.ScopeSection;
import io.engram.model.LanguageModel;
import io.engram.model.train.OptimizerSettings;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingScope;
import java.util.function.Supplier;

/** The settings of training that a recipe's sections {@code scope} and {@code optimizer} make. */
public final class RecipeSettings {
  private RecipeSettings() {}

  /** What the section {@code scope} trains. */
  public static TrainingScope scope(ScopeSection section) {
    return section.train() == ScopeSection.Train.LORA
        ? lora(section)
        : TrainingScope.ofLayers(section.layers());
  }

  /** The adapters that the section {@code scope} describes, whether or not it trains them. */
  public static TrainingScope lora(ScopeSection section) {
    return new TrainingScope(
        section.layers(),
        new TrainingScope.Lora(
            section.rank(), section.alpha(), section.dropout(), section.targets()));
  }

  /** The optimizer that the section {@code optimizer} sets. */
  public static OptimizerSettings optimizer(OptimizerSection section) {
    return new OptimizerSettings(
        switch (section.name()) {
          case ADAMW -> OptimizerSettings.Algorithm.ADAMW;
          case SGD -> OptimizerSettings.Algorithm.SGD;
        },
        section.learningRate(),
        section.weightDecay(),
        section.betas().get(0),
        section.betas().get(1),
        section.epsilon(),
        section.momentum(),
        section.clipNorm(),
        switch (section.decay()) {
          case ALL -> OptimizerSettings.Decay.ALL;
          case MATRICES -> OptimizerSettings.Decay.MATRICES;
        },
        switch (section.schedule()) {
          case LINEAR -> OptimizerSettings.Schedule.LINEAR;
          case CONSTANT -> OptimizerSettings.Schedule.CONSTANT;
          case COSINE -> OptimizerSettings.Schedule.COSINE;
        },
        section.warmupUpdates());
  }

  /** A trainer of what the recipe trains, keeping all activations. */
  public static Trainer trainer(LanguageModel model, Recipe recipe) {
    return trainer(model, recipe, scope(recipe.scope()), false);
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
            new Trainer(model, scope, optimizer(recipe.optimizer()), recipe.seed(), checkpointed));
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
