package io.engram.bench.compare;

import io.engram.core.random.RandomStream;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.order.UniformOrder;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What both sides work on: a folder with the resolved recipe, the samples as token ids, and the
 * draws of one unlearning epoch.
 *
 * @param folder where it lies
 * @param forget the forget set
 * @param retain the retain samples that the epoch draws
 * @param updates the epoch
 */
public record Workload(
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
  public record UpdateDraws(int[] forget, int[] retain) {}

  /**
   * Writes a recipe's samples as token ids, with the draws of its first epoch in uniform order, so
   * that both sides compute on the same numbers. Arguments: {@code RECIPE FOLDER [key=value …]}.
   */
  public static void main(String[] arguments) {
    List<String> overrides = Arrays.asList(arguments).subList(2, arguments.length);
    Recipe recipe = RecipeReader.read(Path.of(arguments[0]), overrides, Recipe.Kind.UNLEARN);
    try (LanguageModel model = LanguageModel.open(recipe.model().path(), ModelOptions.defaults())) {
      of(recipe, model, Path.of(arguments[1])).write(RecipeWriter.yaml(recipe));
    }
  }

  private static Workload of(Recipe recipe, LanguageModel model, Path folder) {
    List<TokenizedSample> forget =
        model.samples().tokenize(SampleSource.load(recipe.forget().data()));
    List<TokenizedSample> all = model.samples().tokenize(SampleSource.load(recipe.retain().data()));
    int[] order = UniformOrder.permutation(0, forget.size(), recipe.seed());
    List<TokenizedSample> retain =
        IntStream.range(0, order.length)
            .map(i -> RandomStream.of(recipe.seed(), "retain", 0, i).nextInt(all.size()))
            .mapToObj(all::get)
            .toList();
    int size = Math.min(order.length, recipe.budget().batch() * recipe.budget().accumulate());
    List<UpdateDraws> updates = new ArrayList<>();
    for (int from = 0; from < order.length; from += size) {
      int to = Math.min(order.length, from + size);
      updates.add(
          new UpdateDraws(
              Arrays.copyOfRange(order, from, to), IntStream.range(from, to).toArray()));
    }
    return new Workload(folder, forget, retain, updates);
  }

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

  /**
   * How much of each task is measured: {@code settings.json} of a workload, written by {@code
   * engram-bench/compare}. Samples are numbers of the forget set.
   *
   * @param threads of a tensor operation
   * @param paperSamples samples that Algorithm 1 is measured on
   * @param paperDraws draws for each of them
   * @param trainSamples the batch of a training step
   * @param steps training steps of a measurement
   * @param updates updates of the unlearning epoch that are made; the epoch's own number is all of
   *     it
   * @param promptSamples samples whose prompts are continued
   * @param newTokens by how many tokens each
   */
  record Settings(
      int threads,
      int[] paperSamples,
      int paperDraws,
      int[] trainSamples,
      int steps,
      int updates,
      int[] promptSamples,
      int newTokens) {}
}
