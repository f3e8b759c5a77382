package io.engram.unlearn.recipe;

import io.engram.core.EngramException;
import io.engram.core.settings.Faults;
import io.engram.core.settings.Overrides;
import io.engram.core.settings.Yaml;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a recipe in four steps: YAML to a tree, overrides into the tree, every key checked and
 * every missing one filled in by {@link io.engram.core.settings.Schema}, contradictions looked for.
 * All faults are reported at once.
 */
public final class RecipeReader {
  private RecipeReader() {}

  /**
   * Reads a file.
   *
   * @param overrides {@code key.path=value}, the value in YAML
   * @throws EngramException as {@link #parse}; of kind FILE if there is no such file
   */
  public static Recipe read(Path file, List<String> overrides, Recipe.Kind kind) {
    try {
      return parse(Files.readString(file), overrides, kind, file.toString());
    } catch (NoSuchFileException e) {
      throw EngramException.file("the recipe " + file + " does not exist", e);
    } catch (CharacterCodingException e) {
      throw EngramException.file("the recipe " + file + " is not UTF-8", e);
    } catch (IOException e) {
      throw EngramException.file("the recipe " + file + " can't be read: " + e.getMessage(), e);
    }
  }

  /**
   * Whether a text means this recipe, whatever the order of its keys, and whether or not it has
   * those at their defaults: so a recipe that was written before a key was known is still the same.
   *
   * @return false also for a text that isn't a recipe
   */
  public static boolean isSame(String yaml, Recipe recipe) {
    try {
      return resolved(yaml, List.of(), recipe.kind(), "recipe").equals(recipe);
    } catch (EngramException e) {
      return false;
    }
  }

  /**
   * Reads a text.
   *
   * @param where what the recipe is called in messages
   * @throws EngramException of kind USAGE with every fault on a line of its own: path, value, what
   *     is allowed, the nearest known key
   */
  public static Recipe parse(String yaml, List<String> overrides, Recipe.Kind kind, String where) {
    return parse(yaml, overrides, kind, where, false);
  }

  /**
   * Reads the recipe that a run folder holds. Recipes resolved by earlier versions have the options
   * of every choice; those of other choices are left out.
   *
   * @param where what the recipe is called in messages
   * @throws EngramException as {@link #parse}
   */
  public static Recipe resolved(
      String yaml, List<String> overrides, Recipe.Kind kind, String where) {
    return parse(yaml, overrides, kind, where, true);
  }

  private static Recipe parse(
      String yaml, List<String> overrides, Recipe.Kind kind, String where, boolean lenient) {
    ObjectNode given = Yaml.read(yaml, where);
    Overrides set = Overrides.parse(overrides);
    Faults faults = new Faults(where, set.paths());
    set.applyTo(given);
    Map<String, String> choices =
        kind == Recipe.Kind.FINETUNE ? Map.of("method", "finetune") : Map.of();
    Recipe recipe = Recipe.SCHEMA.read(given, choices, lenient, faults);
    Contradictions.check(recipe, kind, faults);
    faults.throwIfAny();
    return recipe;
  }
}
