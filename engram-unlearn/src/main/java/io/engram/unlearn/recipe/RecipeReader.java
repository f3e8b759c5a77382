package io.engram.unlearn.recipe;

import io.engram.core.EngramException;
import io.engram.core.settings.Faults;
import io.engram.core.settings.Overrides;
import io.engram.core.settings.Yaml;
import io.engram.unlearn.method.UnlearningMethod;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a recipe in four steps: parses YAML to a tree, applies overrides, lets {@link
 * io.engram.core.settings.Schema} check every key and fill in missing ones, and looks for
 * contradictions. All faults are reported at once.
 */
public final class RecipeReader {
  private RecipeReader() {}

  /**
   * Reads a recipe file.
   *
   * @param overrides {@code key.path=value}, the value in YAML
   * @throws EngramException as {@link #parse}; of kind FILE if the file does not exist
   */
  public static Recipe read(Path file, List<String> overrides, Recipe.Kind kind) {
    return parse(text(file), overrides, kind, file.toString());
  }

  /**
   * Reads a file with overrides that are meant for several recipes, such as those of a table:
   * options of choices that this recipe doesn't make are left out.
   *
   * @param overrides as of {@link #read}
   * @throws EngramException as {@link #read}
   */
  public static Recipe readOneOfSeveral(Path file, List<String> overrides, Recipe.Kind kind) {
    return parse(text(file), overrides, kind, file.toString(), true);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw EngramException.file("the recipe " + file + " does not exist", e);
    } catch (CharacterCodingException e) {
      throw EngramException.file("the recipe " + file + " is not UTF-8", e);
    } catch (IOException e) {
      throw EngramException.file("the recipe " + file + " can't be read: " + e.getMessage(), e);
    }
  }

  /**
   * Whether a text describes this recipe, regardless of the order of its keys and of keys left at
   * their defaults. So a recipe written before a key existed still counts as the same.
   *
   * @return false also if the text is not a recipe
   */
  public static boolean isSame(String yaml, Recipe recipe) {
    try {
      return resolved(yaml, List.of(), recipe.kind(), "recipe").equals(recipe);
    } catch (EngramException e) {
      return false;
    }
  }

  /**
   * Reads a recipe from text.
   *
   * @param where the name of the recipe in messages
   * @throws EngramException of kind USAGE with one line per fault: path, value, what is allowed,
   *     the nearest known key
   */
  public static Recipe parse(String yaml, List<String> overrides, Recipe.Kind kind, String where) {
    return parse(yaml, overrides, kind, where, false);
  }

  /**
   * Reads the recipe in a run folder. Earlier versions wrote the options of every choice; options
   * of choices that are not selected are ignored.
   *
   * @param where the name of the recipe in messages
   * @throws EngramException as {@link #parse}
   */
  public static Recipe resolved(
      String yaml, List<String> overrides, Recipe.Kind kind, String where) {
    return parse(yaml, overrides, kind, where, true);
  }

  /** A method with its options at their defaults, by its registered name. */
  public static UnlearningMethod method(String name) {
    ObjectNode given = Yaml.read("method: {name: " + name + "}", name);
    return Recipe.SCHEMA.read(given, Map.of(), false, new Faults(name, Set.of())).method();
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
