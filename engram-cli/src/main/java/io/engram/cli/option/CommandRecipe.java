package io.engram.cli.option;

import io.engram.core.run.JsonFiles;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds a recipe from options. Commands without a recipe file use it, so that their defaults,
 * checks and messages are those of the recipe's keys.
 */
public final class CommandRecipe {
  private final List<String> overrides = new ArrayList<>();

  /** Starts with a model and the data to work on. */
  public CommandRecipe(String model, String data) {
    set("model.path", JsonFiles.line(model));
    set("forget.data", JsonFiles.line(data));
  }

  /** Sets a key to a value in YAML; does nothing if the value is null. */
  public CommandRecipe set(String key, @Nullable Object value) {
    if (value != null) {
      overrides.add(key + "=" + value);
    }
    return this;
  }

  /**
   * The recipe.
   *
   * @throws io.engram.core.EngramException with every fault of the options
   */
  public Recipe read() {
    return RecipeReader.parse("", overrides, Recipe.Kind.UNLEARN, "the command");
  }
}
