package io.engram.bench.compare;

import io.engram.bench.compare.Workload.UpdateDraws;
import io.engram.core.random.RandomStream;
import io.engram.core.recipe.Recipe;
import io.engram.core.recipe.RecipeReader;
import io.engram.core.recipe.RecipeWriter;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.order.UniformOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Writes a recipe's samples as token ids, with the draws of its first epoch in uniform order, so
 * that both sides compute on the same numbers. Arguments: {@code RECIPE FOLDER [key=value …]}.
 */
public final class WriteWorkload {
  private WriteWorkload() {}

  /** Writes it. */
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
    int[] order = new UniformOrder(forget.size(), recipe.seed()).epoch(0);
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
}
