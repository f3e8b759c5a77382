package io.engram.unlearn.recipe;

import io.engram.core.EngramException;
import io.engram.core.settings.Choices;
import io.engram.core.settings.Faults;
import io.engram.core.settings.Overrides;
import io.engram.core.settings.Schema;
import io.engram.core.settings.Yaml;
import io.engram.unlearn.method.UnlearningMethod;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
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
   * The same, and says which learning rate is used if the recipe gives none.
   *
   * @param say receives a line for the user
   */
  public static Recipe read(
      Path file, List<String> overrides, Recipe.Kind kind, Consumer<String> say) {
    String yaml = text(file);
    Recipe recipe = parse(yaml, overrides, kind, file.toString());
    ObjectNode given = Yaml.read(yaml, file.toString());
    Overrides.parse(overrides).applyTo(given);
    if (kind == Recipe.Kind.UNLEARN && lacksRate(given)) {
      say.accept(
          recipe.stop().looks()
              ? "optimizer.learning_rate is not given: a rehearsal before the run finds it."
              : "optimizer.learning_rate is not given: %s, since stop.rule = %s checks no samples by which a rehearsal could find one."
                  .formatted(OptimizerSection.RATE, Choices.nameOf(recipe.stop())));
    }
    return recipe;
  }

  /**
   * Reads several recipes with shared overrides, such as those of a table. A recipe ignores an
   * option that its choices don't have; but one of the recipes must have it.
   */
  public static final class Several {
    private final Set<String> shared;
    private @Nullable Map<String, String> unused;

    /** With overrides that are meant for all of the recipes. */
    public Several(List<String> shared) {
      this.shared = Overrides.parse(shared).paths();
    }

    /**
     * Reads a recipe file.
     *
     * @param overrides all overrides of this recipe, the shared ones among them
     * @throws EngramException as {@link RecipeReader#read}
     */
    public Recipe read(Path file, List<String> overrides, Recipe.Kind kind) {
      Read read = parse(text(file), overrides, kind, file.toString(), true);
      Map<String, String> left = read.leftOut();
      if (unused == null) {
        unused = new LinkedHashMap<>(left);
        unused.keySet().retainAll(shared);
      } else {
        unused.keySet().retainAll(left.keySet());
      }
      return read.recipe();
    }

    /**
     * Checks that each shared option was of use.
     *
     * @throws EngramException naming the options that none of the recipes has
     */
    public void requireUsed() {
      if (unused != null && !unused.isEmpty()) {
        throw EngramException.usage(
            unused.values().stream()
                .map(fault -> fault + " (set on the command line)")
                .collect(Collectors.joining("\n  ", "No recipe uses:\n  ", "")));
      }
    }
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
    return parse(yaml, overrides, kind, where, false).recipe();
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
    return parse(yaml, overrides, kind, where, true).recipe();
  }

  /** A method with its options at their defaults, by its registered name. */
  public static UnlearningMethod method(String name) {
    ObjectNode given = Yaml.read("method: {name: " + name + "}", name);
    return Recipe.SCHEMA.read(given, Map.of(), false, new Faults(name, Set.of())).method();
  }

  /** A recipe, and messages about the overrides that it ignores, by path. */
  private record Read(Recipe recipe, Map<String, String> leftOut) {}

  private static boolean lacksRate(ObjectNode given) {
    return lacks(given, "optimizer", "learning_rate");
  }

  private static boolean lacks(ObjectNode given, String section, String key) {
    JsonNode value = given.path(section).path(key);
    return value.isMissingNode() || value.isNull();
  }

  /** A rate that isn't given is found by rehearsing, where the stopping rule checks samples. */
  private static void findRate(ObjectNode given, String where) {
    Recipe recipe = Recipe.SCHEMA.read(given, Map.of(), true, new Faults(where, Set.of()));
    JsonNode optimizer = given.path("optimizer");
    if (!recipe.stop().looks()) {
      return;
    }
    if (optimizer instanceof ObjectNode section) {
      section.put("learning_rate", Schema.AUTO);
    } else if (optimizer.isMissingNode() || optimizer.isNull()) {
      given.putObject("optimizer").put("learning_rate", Schema.AUTO);
    }
  }

  private static Read parse(
      String yaml, List<String> overrides, Recipe.Kind kind, String where, boolean lenient) {
    ObjectNode given = Yaml.read(yaml, where);
    Overrides set = Overrides.parse(overrides);
    Faults faults = new Faults(where, set.paths());
    set.applyTo(given);
    Map<String, String> choices =
        kind == Recipe.Kind.FINETUNE ? Map.of("method", "finetune") : Map.of();
    if (kind == Recipe.Kind.UNLEARN && lacksRate(given)) {
      findRate(given, where);
    }
    Recipe recipe = Recipe.SCHEMA.read(given, choices, lenient, faults);
    if (recipe.isRateOpen()
        && lacks(given, "budget", "epochs")
        && lacks(given, "budget", "updates")) {
      recipe = recipe.withoutBudget(); // The forecast sets it, not the default.
    }
    Contradictions.check(recipe, kind, faults);
    faults.throwIfAny();
    return new Read(recipe, faults.leftOut());
  }
}
