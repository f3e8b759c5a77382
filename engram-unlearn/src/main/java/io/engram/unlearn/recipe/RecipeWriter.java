package io.engram.unlearn.recipe;

import io.engram.core.settings.Yaml;

/** Writes a resolved recipe. */
public final class RecipeWriter {
  private RecipeWriter() {}

  /** Every key with its value; {@link RecipeReader} makes an equal recipe of it. */
  public static String yaml(Recipe recipe) {
    return Yaml.write(Recipe.SCHEMA.write(recipe));
  }
}
