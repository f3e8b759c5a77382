package io.engram.unlearn.recipe;

import io.engram.core.settings.Yaml;

/** Writes a resolved recipe. */
public final class RecipeWriter {
  private RecipeWriter() {}

  /**
   * The recipe as YAML, every key with its value. {@link RecipeReader} reads it back as an equal
   * recipe.
   */
  public static String yaml(Recipe recipe) {
    return Yaml.write(Recipe.SCHEMA.write(recipe));
  }
}
