package io.engram.unlearn.reproduce;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.unlearn.order.UniformOrder;
import io.engram.unlearn.recipe.DataSection;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.Trials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The recipes of a model, {@code recipes/TASK/MODEL-NAME.yaml}, with what a plan sets; and samples
 * of their forget sets.
 */
final class ModelRecipes {
  private ModelRecipes() {}

  /**
   * The recipe for an experiment, from the working directory or Engram's home. If a key is set
   * several times, the last one counts, in the order usual, plan, fixed.
   *
   * @param several the experiment's recipes, for which the plan's keys are meant
   * @param usual keys that the experiment sets where the plan doesn't, {@code key=value}
   * @param fixed keys that make it this experiment, whatever the plan says
   * @throws EngramException if the model has no such recipe, or it has faults
   */
  static Recipe read(
      ReproductionPlan plan,
      RecipeReader.Several several,
      String task,
      String name,
      List<String> usual,
      List<String> fixed) {
    String relative = "recipes/%s/%s-%s.yaml".formatted(task, plan.model(), name);
    Path file =
        Optional.of(Path.of(relative))
            .filter(Files::exists)
            .or(() -> EngramHome.find(relative))
            .orElseThrow(
                () ->
                    EngramException.usage(
                        "--model %s: there is no %s; name a model that has recipes there"
                            .formatted(plan.model(), relative)));
    List<String> overrides = new ArrayList<>(usual);
    overrides.addAll(plan.overrides());
    overrides.addAll(fixed);
    return several.read(file, overrides, Recipe.Kind.UNLEARN);
  }

  /** The recipe for studies of samples. */
  static Recipe study(ReproductionPlan plan, String... fixed) {
    RecipeReader.Several one = new RecipeReader.Several(plan.overrides());
    List<String> usual =
        List.of("order.name=mrd", "order.refresh_epochs=1", "order.estimator.draws=32");
    Recipe recipe = read(plan, one, "study", "difficulty", usual, List.of(fixed));
    one.requireUsed();
    return recipe;
  }

  /**
   * The trials of several recipes, each in its own folder. Later ones may reuse identical results
   * of earlier ones.
   */
  static <K> Map<K, Trials> trials(Map<K, Recipe> recipes, Function<K, Path> folder) {
    Map<K, Trials> all = new LinkedHashMap<>();
    recipes.forEach(
        (key, recipe) ->
            all.put(key, Trials.of(recipe, folder.apply(key), List.copyOf(all.values()))));
    return all;
  }

  /** The forget set as the recipe selects it, not cut into chunks; {@link #only} takes its ids. */
  static List<Sample> forget(Recipe recipe) {
    return SampleSource.load(recipe.forget().data(), choice(recipe.forget()));
  }

  /**
   * Which rows a recipe forgets. There is always a condition: with one, rows without an id are
   * numbered as in their file; without one, only those that are read.
   */
  static SampleSource.Choice choice(DataSection forget) {
    return new SampleSource.Choice(condition(forget), forget.limit(), "forget.where");
  }

  private static String condition(DataSection forget) {
    String own = forget.where();
    return own == null || own.isBlank() ? "true" : own;
  }

  /**
   * Samples of a recipe's forget set, drawn at random without replacement; its seed draws the same
   * ones again.
   *
   * @param n how many; all where there are fewer
   * @param draw which draw of this seed, from 0
   */
  static List<Sample> drawn(Recipe recipe, int n, int draw) {
    return drawn(forget(recipe), n, recipe.seed(), draw);
  }

  /** The same of a list. */
  static List<Sample> drawn(List<Sample> all, int n, long seed, int draw) {
    int[] order = UniformOrder.permutation(draw, all.size(), seed);
    return Arrays.stream(order).limit(n).mapToObj(all::get).toList();
  }

  /** The recipe key that keeps only these of the rows that {@link #choice} selects. */
  static String only(DataSection forget, List<String> ids) {
    String quoted =
        ids.stream().map(id -> "'" + id.replace("'", "''") + "'").collect(Collectors.joining(", "));
    return "forget.where="
        + JsonFiles.line("(%s) and id in (%s)".formatted(condition(forget), quoted));
  }
}
