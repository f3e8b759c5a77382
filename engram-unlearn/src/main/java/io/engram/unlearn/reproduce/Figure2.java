package io.engram.unlearn.reproduce;

import io.engram.core.recipe.Recipe;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.Sample;
import io.engram.core.study.Study;
import io.engram.unlearn.train.Trials;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Figure 2: what is left of the model after other samples were unlearned, by GradDiff and by NPO,
 * single samples and groups, until their memorization accuracy is below a threshold.
 *
 * <p><b>Source:</b> §3.2, Fig. 2. <b>Differs:</b> five single samples and five groups of 40, drawn
 * once without replacement, each unlearned once a trial with other retain samples; the paper
 * doesn't say what its "performance" is, here it is model utility (the mean of the six columns of
 * Table 1) on the first 50 rows of each set, where the plan sets no other limit.
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
    Map<String, List<String>> selections = selections(ModelRecipes.forget(first), first.seed());
    Map<String, Map<String, double[]>> utility = new LinkedHashMap<>();
    Path before = null;
    for (String method : METHODS) {
      Map<String, double[]> own = new LinkedHashMap<>();
      for (Map.Entry<String, List<String>> selection : selections.entrySet()) {
        Recipe recipe = recipe(plan, method, selection.getValue());
        Path folder = plan.folder().resolve(method).resolve(selection.getKey());
        Trials trials = Trials.of(recipe, folder, before);
        if (!plan.runner().test(trials)) {
          return Optional.empty();
        }
        before = before == null ? trials.all().get(0).folder() : before;
        own.put(selection.getKey(), values(trials.measurements()));
      }
      utility.put(method, own);
    }
    return Optional.of(
        new Figure2Findings(first.eval().limit(), utility)
            .study(plan, title(), plan.provenance(first, modelHash(before))));
  }

  private static String modelHash(@Nullable Path run) {
    if (run == null) {
      throw new IllegalStateException("no run was made");
    }
    try (RunFolder made = RunFolder.read(run)) {
      return made.manifest().modelHash();
    }
  }

  /** Ids of each selection, by its name. */
  static Map<String, List<String>> selections(List<Sample> all, long seed) {
    Map<String, List<String>> selections = new LinkedHashMap<>();
    for (Sample single : RandomSamples.of(all, SELECTIONS, seed, 0)) {
      selections.put("sample-" + (selections.size() + 1), List.of(single.id()));
    }
    for (int i = 1; i <= SELECTIONS; i++) {
      selections.put(
          "group-" + i, RandomSamples.of(all, GROUP, seed, i).stream().map(Sample::id).toList());
    }
    return selections;
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
