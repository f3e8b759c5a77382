package io.engram.unlearn.reproduce;

import io.engram.core.EngramException;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.Sample;
import io.engram.core.study.Study;
import io.engram.unlearn.eval.tofu.TofuSuite;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.run.Trials;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Figure 2: what is left of the model after other samples were unlearned, by GradDiff and by NPO,
 * single samples and groups, until their memorization accuracy is below a threshold.
 *
 * <p><b>Source:</b> §3.2, Fig. 2. <b>Differs:</b> five single samples and five groups of 40 (of
 * half the set where it's small, so that groups differ), drawn once without replacement, each
 * unlearned once a trial with other retain samples; the paper doesn't say what its "performance"
 * is, here it is model utility (the mean of the six columns of Table 1) on the first 50 rows of
 * each set, where the plan sets no other limit.
 */
final class Figure2 implements Experiment {
  /** What is left of the model. */
  static final String MEASURE = "tofu.model_utility_mean";

  private static final List<String> METHODS = List.of("grad-diff", "npo");
  private static final List<String> USUAL =
      List.of(
          "stop={rule: el_ma, ma: 0.5, el: 1, every_updates: 1}",
          "budget={updates: 200, batch: 4, accumulate: 4}",
          "optimizer.schedule=constant",
          "eval.limit=50");
  private static final int SELECTIONS = 5;
  private static final int GROUP = 40;

  /** How the names of single samples begin. */
  static final String SINGLE = "sample-";

  /** How the names of groups begin. */
  static final String GROUPS = "group-";

  /** Trials of one method on one selection. */
  private record Run(String method, String selection) {}

  @Override
  public String name() {
    return "figure2";
  }

  @Override
  public String title() {
    return "Figure 2: what is left of the model, by which samples were unlearned";
  }

  @Override
  public Optional<Study> carryOut(ReproductionPlan plan) {
    Recipe first = recipe(plan, METHODS.get(0), List.of());
    requireMeasure(first);
    Map<String, List<String>> selections = selections(ModelRecipes.forget(first), first.seed());
    Map<Run, Recipe> recipes = new LinkedHashMap<>();
    for (String method : METHODS) {
      selections.forEach(
          (name, ids) -> recipes.put(new Run(method, name), recipe(plan, method, ids)));
    }
    Map<Run, Trials> trials =
        ModelRecipes.trials(
            recipes, run -> plan.folder().resolve(run.method()).resolve(run.selection()));
    if (!plan.runner().test(List.copyOf(trials.values()))) {
      return Optional.empty();
    }
    Map<String, Map<String, double[]>> utility = new LinkedHashMap<>();
    trials.forEach(
        (run, own) ->
            utility
                .computeIfAbsent(run.method(), method -> new LinkedHashMap<>())
                .put(run.selection(), values(own.measurements())));
    Path before = trials.values().iterator().next().all().get(0).folder();
    return Optional.of(
        new Figure2Findings(
                first.eval().limit(), groupSize(ModelRecipes.forget(first).size()), utility)
            .study(plan, title(), plan.provenance(first, modelHash(before))));
  }

  /** Before hours of runs that wouldn't be measured. */
  private static void requireMeasure(Recipe recipe) {
    List<String> suites = recipe.eval().suites();
    if (suites.stream().noneMatch(name -> name.split(":", 2)[0].equals(TofuSuite.NAME))) {
      throw EngramException.usage(
          "figure2 shows %s, of the suite %s, and eval.suites = %s lacks it. Leave eval.suites as the recipes have it, or name it too."
              .formatted(MEASURE, TofuSuite.NAME, suites));
    }
  }

  private static String modelHash(Path run) {
    try (RunFolder made = RunFolder.read(run)) {
      return made.manifest().modelHash();
    }
  }

  /** Ids of each selection, by its name. */
  static Map<String, List<String>> selections(List<Sample> all, long seed) {
    Map<String, List<String>> selections = new LinkedHashMap<>();
    for (Sample single : RandomSamples.of(all, SELECTIONS, seed, 0)) {
      selections.put(SINGLE + (selections.size() + 1), List.of(single.id()));
    }
    int size = groupSize(all.size());
    for (int i = 1; i <= SELECTIONS; i++) {
      selections.put(
          GROUPS + i, RandomSamples.of(all, size, seed, i).stream().map(Sample::id).toList());
    }
    return selections;
  }

  /** The paper's 40, or half of a set that hasn't twice as many. */
  static int groupSize(int samples) {
    return Math.min(GROUP, Math.max(1, samples / 2));
  }

  private static Recipe recipe(ReproductionPlan plan, String method, List<String> ids) {
    List<String> fixed = new ArrayList<>(List.of("trials=" + plan.trials()));
    if (!ids.isEmpty()) {
      fixed.add(RandomSamples.where(ids));
    }
    return ModelRecipes.read(plan, "tofu", method, USUAL, fixed);
  }

  private static double[] values(List<List<Measurement>> trials) {
    return trials.stream()
        .flatMap(List::stream)
        .filter(m -> m.stage().equals("after") && m.metric().equals(MEASURE))
        .mapToDouble(Measurement::value)
        .toArray();
  }
}
