package io.engram.unlearn.reproduce;

import io.engram.core.sample.Sample;
import io.engram.unlearn.order.UniformOrder;
import io.engram.unlearn.recipe.Recipe;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Samples drawn at random without replacement; a seed draws the same ones again. */
final class RandomSamples {
  private RandomSamples() {}

  /**
   * Of a recipe's forget set.
   *
   * @param n how many; all where there are fewer
   * @param draw which draw of this seed, from 0
   */
  static List<Sample> of(Recipe recipe, int n, int draw) {
    return of(ModelRecipes.forget(recipe), n, recipe.seed(), draw);
  }

  /** Of a list. */
  static List<Sample> of(List<Sample> all, int n, long seed, int draw) {
    int[] order = UniformOrder.permutation(draw, all.size(), seed);
    return Arrays.stream(order).limit(n).mapToObj(all::get).toList();
  }

  /** The recipe key that keeps these of the forget set alone. */
  static String where(List<String> ids) {
    return ids.stream()
        .map(id -> "'" + id + "'")
        .collect(Collectors.joining(", ", "forget.where=\"id in (", ")\""));
  }
}
