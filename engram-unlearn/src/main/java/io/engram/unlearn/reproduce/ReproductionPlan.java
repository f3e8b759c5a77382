package io.engram.unlearn.reproduce;

import io.engram.unlearn.train.Setup;
import io.engram.unlearn.train.Trials;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/**
 * How an experiment is made.
 *
 * @param model whose recipes: {@code mini}, as in {@code recipes/tofu/mini-npo.yaml}
 * @param trials runs of each row, a seed each
 * @param overrides keys of all recipes to set otherwise, {@code key=value}
 * @param folder where everything goes
 * @param setup how it is carried out
 * @param runner carries out what is left of trials; false where it was stopped
 */
public record ReproductionPlan(
    String model,
    int trials,
    List<String> overrides,
    Path folder,
    Setup setup,
    Predicate<Trials> runner) {
  /** Copies the list. */
  public ReproductionPlan {
    overrides = List.copyOf(overrides);
  }
}
