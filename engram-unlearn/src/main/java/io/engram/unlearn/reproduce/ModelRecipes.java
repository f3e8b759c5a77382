package io.engram.unlearn.reproduce;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.recipe.Recipe;
import io.engram.core.recipe.RecipeReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The recipes of a model: {@code recipes/TASK/MODEL-NAME.yaml}. */
final class ModelRecipes {
  private ModelRecipes() {}

  /**
   * A recipe with the plan's overrides.
   *
   * @param more keys to set besides, {@code key=value}
   * @throws EngramException if the model has no such recipe, or it has faults
   */
  static Recipe read(ReproductionPlan plan, String task, String name, List<String> more) {
    String relative = "recipes/%s/%s-%s.yaml".formatted(task, plan.model(), name);
    Path file =
        EngramHome.find(relative)
            .orElseThrow(
                () ->
                    EngramException.usage(
                        "--model %s: there is no %s; give a model that has its recipes there"
                            .formatted(plan.model(), relative)));
    List<String> overrides = new ArrayList<>(plan.overrides());
    overrides.addAll(more);
    return RecipeReader.read(file, overrides, Recipe.Kind.UNLEARN);
  }
}
