package io.engram.bench.compare;

import io.engram.core.recipe.Recipe;
import io.engram.core.recipe.RecipeReader;
import io.engram.core.run.JsonFiles;
import io.engram.model.text.TokenizedSample;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What both sides work on: a folder with the resolved recipe, the samples as token ids, and the
 * draws of one unlearning epoch.
 *
 * @param folder where it lies
 * @param forget the forget set
 * @param retain the retain samples that the epoch draws
 * @param updates the epoch
 */
record Workload(
    Path folder,
    List<TokenizedSample> forget,
    List<TokenizedSample> retain,
    List<UpdateDraws> updates) {
  private static final String FORGET = "forget.jsonl";
  private static final String RETAIN = "retain.jsonl";
  private static final String UPDATES = "updates.jsonl";
  private static final String RECIPE = "recipe.yaml";
  private static final String SETTINGS = "settings.json";

  /**
   * What one update sees.
   *
   * @param forget numbers of forget samples
   * @param retain numbers of retain samples, as many
   */
  record UpdateDraws(int[] forget, int[] retain) {}

  static Workload read(Path folder) {
    return new Workload(
        folder,
        JsonFiles.readLines(folder.resolve(FORGET), TokenizedSample.class),
        JsonFiles.readLines(folder.resolve(RETAIN), TokenizedSample.class),
        JsonFiles.readLines(folder.resolve(UPDATES), UpdateDraws.class));
  }

  /** Writes all but the settings. */
  void write(String recipe) {
    JsonFiles.writeLines(folder.resolve(FORGET), forget);
    JsonFiles.writeLines(folder.resolve(RETAIN), retain);
    JsonFiles.writeLines(folder.resolve(UPDATES), updates);
    JsonFiles.writeText(folder.resolve(RECIPE), recipe);
  }

  Settings settings() {
    return JsonFiles.read(folder.resolve(SETTINGS), Settings.class);
  }

  /** The recipe, with some keys set: {@code key.path=value}. */
  Recipe recipe(List<String> overrides) {
    return RecipeReader.read(folder.resolve(RECIPE), overrides, Recipe.Kind.UNLEARN);
  }

  /** The forget samples of these numbers. */
  List<TokenizedSample> forget(int[] numbers) {
    return Arrays.stream(numbers).mapToObj(forget::get).toList();
  }

  /** Tokens of these samples, prompts included. */
  static long tokens(List<TokenizedSample> samples) {
    return samples.stream().mapToLong(sample -> sample.ids().length).sum();
  }
}
