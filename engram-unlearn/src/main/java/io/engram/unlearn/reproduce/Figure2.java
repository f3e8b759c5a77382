package io.engram.unlearn.reproduce;

import io.engram.core.EngramException;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.Sample;
import io.engram.core.stats.MeanWithError;
import io.engram.core.stats.VarianceBetween;
import io.engram.core.study.Study;
import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Axis;
import io.engram.core.study.StudyFigure.Kind;
import io.engram.core.study.StudyFigure.Point;
import io.engram.core.study.StudyFigure.Series;
import io.engram.core.study.StudyProvenance;
import io.engram.core.study.StudyTable;
import io.engram.unlearn.eval.tofu.TofuSuite;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.Trials;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Figure 2: the model's performance after unlearning different samples by GradDiff and by NPO,
 * single samples and groups, until their memorization accuracy is below a threshold.
 *
 * <p><b>Source:</b> §3.2, Fig. 2. <b>Differs:</b> five single samples and five groups of 40 (or of
 * half the set if it is small, so that groups differ), drawn once without replacement; each is
 * unlearned once per trial, with different retain samples. The paper does not define its
 * "performance"; here it is model utility (the mean of the six columns of Table 1) on the first 50
 * rows of each set, unless the plan sets another limit.
 */
final class Figure2 implements Reproduction {
  /** The measure of the model's performance. */
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

  /** Prefix of the names of single samples. */
  static final String SINGLE = "sample-";

  /** Prefix of the names of groups. */
  static final String GROUPS = "group-";

  /** Trials of one method on one selection. */
  private record Run(String method, String selection) {}

  @Override
  public String name() {
    return "figure2";
  }

  @Override
  public String title() {
    return "Figure 2: model performance, by which samples were unlearned";
  }

  @Override
  public boolean hasTrials() {
    return true;
  }

  @Override
  public Optional<Study> carryOut(ReproductionPlan plan) {
    RecipeReader.Several several = new RecipeReader.Several(plan.overrides());
    Recipe first = recipe(plan, several, METHODS.get(0), List.of());
    requireMeasure(first);
    Map<String, List<String>> selections = selections(ModelRecipes.forget(first), first.seed());
    Map<Run, Recipe> recipes = new LinkedHashMap<>();
    for (String method : METHODS) {
      selections.forEach(
          (name, ids) ->
              recipes.put(
                  new Run(method, name),
                  recipe(plan, several, method, List.of(ModelRecipes.only(first.forget(), ids)))));
    }
    several.requireUsed();
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
        new Found(first.eval().limit(), groupSize(ModelRecipes.forget(first).size()), utility)
            .study(plan, title(), plan.provenance(first, modelHash(before))));
  }

  /** Checks the suite before hours of runs that it would not measure. */
  private static void requireMeasure(Recipe recipe) {
    List<String> suites = recipe.eval().suites();
    if (suites.stream().noneMatch(name -> name.split(":", 2)[0].equals(TofuSuite.NAME))) {
      throw EngramException.usage(
          "figure2 shows %s from the suite %s, which eval.suites = %s lacks. Add that suite, or leave eval.suites as in the recipes."
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
    for (Sample single : ModelRecipes.drawn(all, SELECTIONS, seed, 0)) {
      selections.put(SINGLE + (selections.size() + 1), List.of(single.id()));
    }
    int size = groupSize(all.size());
    for (int i = 1; i <= SELECTIONS; i++) {
      selections.put(
          GROUPS + i, ModelRecipes.drawn(all, size, seed, i).stream().map(Sample::id).toList());
    }
    return selections;
  }

  /** The paper's 40, or half of the set if it has fewer than twice that. */
  static int groupSize(int samples) {
    return Math.min(GROUP, Math.max(1, samples / 2));
  }

  private static Recipe recipe(
      ReproductionPlan plan, RecipeReader.Several several, String method, List<String> more) {
    List<String> fixed = new ArrayList<>(List.of("trials=" + plan.trials()));
    fixed.addAll(more);
    return ModelRecipes.read(plan, several, "tofu", method, USUAL, fixed);
  }

  private static double[] values(List<List<Measurement>> trials) {
    return trials.stream()
        .flatMap(List::stream)
        .filter(m -> m.stage().equals("after") && m.metric().equals(MEASURE))
        .mapToDouble(Measurement::value)
        .toArray();
  }

  /**
   * The findings of Figure 2's runs.
   *
   * @param rows maximum rows of each evaluation set; 0: all
   * @param groupSize samples per group
   * @param utility the metric of each trial, by method and then by selection
   */
  record Found(int rows, int groupSize, Map<String, Map<String, double[]>> utility) {
    private static final String HOW =
        "of model utility; intervals by F for variances, by Student's t over selections for the "
            + "mean difference, and by Student's t over trials at level 1 − 0.05 / number of "
            + "selections for the largest difference, since it was chosen among these";

    Study study(ReproductionPlan plan, String title, StudyProvenance made) {
      Study found =
          new Study(
              title,
              "How much does it matter which samples are unlearned?",
              List.of(),
              List.of(
                  new Study.Fact(
                      "Selections", Integer.toString(names().size()), "five samples, five groups")),
              List.of(figure()),
              List.of(table()),
              List.of(
                  "One set of selections.",
                  "Utility is measured on %s of each set.".formatted(shown())),
              made);
      return Claims.before(
          plan,
          found,
          title,
          claims(),
          HOW,
          "The model is %s; the paper does not say whose performance it shows."
              .formatted(plan.model()));
    }

    private String shown() {
      return rows == 0 ? "all rows" : "the first " + rows + " rows";
    }

    /**
     * The claims that selections matter, that NPO keeps more, and that for some samples GradDiff
     * does.
     */
    List<Claim> claims() {
      List<Claim> claims = new ArrayList<>();
      utility.keySet().forEach(method -> claims.add(differs(method, Figure2.SINGLE)));
      utility.keySet().forEach(method -> claims.add(differs(method, Figure2.GROUPS)));
      double[] npo = names().stream().mapToDouble(name -> mean("npo", name)).toArray();
      double[] other = names().stream().mapToDouble(name -> mean("grad-diff", name)).toArray();
      claims.add(Claim.of("NPO keeps more than GradDiff", Double.NaN, npo, other, true));
      names().stream()
          .map(
              name ->
                  Claim.of(
                      "GradDiff keeps more than NPO for some samples, most so for " + name,
                      Double.NaN,
                      values("grad-diff", name),
                      values("npo", name),
                      true,
                      1 - 0.05 / names().size()))
          .max(Comparator.comparingDouble(Claim::ours))
          .ifPresent(claims::add);
      return claims;
    }

    /**
     * The variance between selections of one kind, beyond the variance between trials of one
     * selection.
     */
    private Claim differs(String method, String kind) {
      double[][] own =
          names().stream()
              .filter(name -> name.startsWith(kind))
              .map(name -> values(method, name))
              .toArray(double[][]::new);
      VarianceBetween between = VarianceBetween.of(own, 0.95);
      String what = kind.equals(Figure2.SINGLE) ? "sample is" : groupSize + " samples are";
      return Claim.of(
          "It matters which %s unlearned by %s: variance between them".formatted(what, method),
          Double.NaN,
          between.variance(),
          between.interval(),
          own.length);
    }

    private List<String> names() {
      return utility.values().stream()
          .findFirst()
          .map(own -> List.copyOf(own.keySet()))
          .orElseThrow();
    }

    private double[] values(String method, String selection) {
      return utility.getOrDefault(method, Map.of()).getOrDefault(selection, new double[0]);
    }

    private double mean(String method, String selection) {
      return MeanWithError.of(values(method, selection)).mean();
    }

    private StudyFigure figure() {
      List<Series> series = new ArrayList<>();
      utility
          .keySet()
          .forEach(
              method -> {
                List<Point> points = new ArrayList<>();
                for (int i = 0; i < names().size(); i++) {
                  double[] own = values(method, names().get(i));
                  points.add(
                      Point.between(
                          i + 1,
                          MeanWithError.of(own).mean(),
                          Arrays.stream(own).min().orElse(Double.NaN),
                          Arrays.stream(own).max().orElse(Double.NaN)));
                }
                series.add(Series.of(method, points));
              });
      return new StudyFigure(
          "figure-2",
          "Model utility after unlearning",
          List.of(
              "Figure 2 of the paper. 1 to 5 are single samples, 6 to 10 groups of %d."
                  .formatted(groupSize)),
          Kind.SCATTER,
          Axis.linear("selection", ""),
          Axis.linear("model utility", ""),
          "from the least to the largest trial",
          series);
    }

    private StudyTable table() {
      List<List<@Nullable Object>> rows = new ArrayList<>();
      for (String name : names()) {
        List<@Nullable Object> row = new ArrayList<>(List.of(name));
        utility.keySet().forEach(method -> row.add(mean(method, name)));
        rows.add(row);
      }
      List<StudyTable.Column> columns = new ArrayList<>(List.of(StudyTable.Column.of("unlearned")));
      utility.keySet().forEach(method -> columns.add(StudyTable.Column.of(method)));
      return new StudyTable("Model utility, mean over trials", "", columns, rows);
    }
  }
}
