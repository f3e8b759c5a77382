package io.engram.unlearn.reproduce;

import io.engram.core.ProgressListener;
import io.engram.core.stats.Decision;
import io.engram.core.stats.Holm;
import io.engram.core.stats.MeanWithError;
import io.engram.core.stats.PairedDifference;
import io.engram.core.study.Study;
import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Axis;
import io.engram.core.study.StudyFigure.Kind;
import io.engram.core.study.StudyFigure.Point;
import io.engram.core.study.StudyFigure.Series;
import io.engram.core.study.StudyTable;
import io.engram.core.text.NumberText;
import io.engram.model.LanguageModel;
import io.engram.unlearn.eval.memorization.Knowledge;
import io.engram.unlearn.eval.tofu.RetrainedModel;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.Plan;
import io.engram.unlearn.run.Trials;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Does an order help? Runs the same unlearning in one order after another, with the same seeds, and
 * compares each with uniform order pair by pair. The end points were written down in
 * docs/findings.md before the runs; p-values of each are corrected by {@link Holm} over the arms.
 *
 * <p>Not of the paper: its claim is that MRD order helps, and five trials at a fixed budget
 * couldn't decide that.
 */
final class OrderExperiment implements Reproduction {
  private static final double LEVEL = 0.95;

  /** What every other arm is compared with. */
  private static final String BASELINE = "uniform";

  /** The arms: the recipes {@code recipes/orders/MODEL-ARM.yaml}, and what each is. */
  private static final Map<String, String> ARMS = arms();

  /** What is compared, and whether more of it is better. */
  private enum EndPoint {
    UPDATES("updates until forgotten", "updates", false),
    UTILITY("utility at matched forgetting", "ratio", true),
    KEEP("keep loss at matched forgetting", "nats a token", false),
    WORST("log-probability of the worst sample", "nats a token", false),
    SPREAD("spread over samples", "nats a token", false);

    private final String title;
    private final String unit;
    private final boolean higherIsBetter;

    EndPoint(String title, String unit, boolean higherIsBetter) {
      this.title = title;
      this.unit = unit;
      this.higherIsBetter = higherIsBetter;
    }

    double of(OrderTrial trial) {
      return switch (this) {
        case UPDATES -> trial.updates();
        case UTILITY -> trial.utility();
        case KEEP -> trial.keepLoss();
        case WORST -> trial.worst();
        case SPREAD -> trial.spread();
      };
    }
  }

  private static Map<String, String> arms() {
    Map<String, String> arms = new LinkedHashMap<>();
    arms.put(BASELINE, "each sample that isn't forgotten once an epoch");
    arms.put("uniform-replacement", "the same with replacement: control for mrd");
    arms.put("mrd", "∝ MRD with replacement, Algorithm 2 to the letter");
    arms.put("mrd-systematic", "∝ MRD, without replacement");
    arms.put("easy", "draws ∝ 1/N, N from the rehearsal: the paper's direction");
    arms.put("hard", "draws ∝ N, N from the rehearsal");
    arms.put("hard-alone", "draws ∝ N, N predicted for each sample alone");
    arms.put("deficit", "draws ∝ updates still needed");
    arms.put("deficit-shuffled", "the same weights on other samples: control for deficit");
    arms.put("hard-loss", "loss weighted ∝ N, N from the rehearsal");
    arms.put("hinge", "loss weighted by the distance to the limit");
    arms.put("hinge-half", "loss weighted by its square root");
    arms.put("hinge-shuffled", "the weights of hinge on other samples: control for hinge");
    arms.put("dro-hard", "loss weighted by exp(+ℓ/τ)");
    arms.put("dro-easy", "loss weighted by exp(−ℓ/τ)");
    arms.put("saturation", "loss weighted by the sample's probability");
    arms.put("nearest", "uniform, each with one of the 8 nearest samples to keep");
    return arms;
  }

  @Override
  public String name() {
    return "orders";
  }

  @Override
  public String title() {
    return "Orders: does unequal effort help?";
  }

  @Override
  public boolean hasTrials() {
    return true;
  }

  @Override
  public Optional<Study> carryOut(ReproductionPlan plan) {
    RecipeReader.Several several = new RecipeReader.Several(plan.overrides());
    Map<String, Recipe> recipes = new LinkedHashMap<>();
    for (String arm : ARMS.keySet()) {
      recipes.put(
          arm,
          ModelRecipes.read(
              plan, several, "orders", arm, List.of(), List.of("trials=" + plan.trials())));
    }
    several.requireUsed();
    Map<String, Trials> trials = ModelRecipes.trials(recipes, plan.folder()::resolve);
    if (!plan.runner().test(List.copyOf(trials.values()))) {
      return Optional.empty();
    }
    return Optional.of(study(plan, recipes, trials));
  }

  /** The findings of the trials that are done. */
  private static Study study(
      ReproductionPlan plan, Map<String, Recipe> recipes, Map<String, Trials> trials) {
    Recipe recipe = Objects.requireNonNull(recipes.get(BASELINE));
    Never never = never(plan, recipe);
    int perEpoch = Plan.of(never.samples(), recipe.budget()).updatesPerEpoch();
    Map<String, List<OrderTrial>> found = new LinkedHashMap<>();
    trials.forEach(
        (arm, own) ->
            found.put(
                arm,
                own.all().stream()
                    .map(Trials.Trial::folder)
                    .map(folder -> read(folder, recipe, never, perEpoch))
                    .toList()));
    List<String> answer = new ArrayList<>();
    List<StudyTable> tables = new ArrayList<>();
    List<StudyFigure> figures = new ArrayList<>();
    tables.add(means(found));
    for (EndPoint point : EndPoint.values()) {
      List<Compared> compared = compared(found, point);
      answer.add(sentence(point, compared));
      tables.add(table(point, compared));
      figures.addAll(figure(point, compared));
    }
    List<String> limits = new ArrayList<>(plan.changes());
    limits.add(
        "One model, one forget set, one method at one learning rate. Forgetting is matched at an extraction strength of %s, the mean under %s."
            .formatted(NumberText.plain(never.strength()), recipe.eval().retrained()));
    return new Study(
        "Does an order help? " + plan.model(),
        "Do samples that get unequal effort by an order need fewer updates in all, or leave more of the model, than in uniform order?",
        answer,
        List.of(new Study.Fact("Trials an arm", Integer.toString(plan.trials()), "paired by seed")),
        figures,
        tables,
        limits,
        plan.provenance(recipe, never.hash()));
  }

  private static OrderTrial read(Path folder, Recipe recipe, Never never, int perEpoch) {
    return OrderTrial.read(folder, recipe.stop().share(), never.strength(), perEpoch);
  }

  /** How well a model that never saw the forget set knows it. */
  private record Never(double strength, int samples, String hash) {}

  private static Never never(ReproductionPlan plan, Recipe recipe) {
    String path = Objects.requireNonNull(recipe.eval().retrained(), "checked with the recipe");
    try (LanguageModel model =
        LanguageModel.open(
            path,
            RetrainedModel.options(plan.setup().modelOptions(recipe.model(), recipe.seed())))) {
      double[] strengths =
          Knowledge.measure(
                  model,
                  model.samples().tokenize(ModelRecipes.forget(recipe)),
                  ProgressListener.NONE)
              .stream()
              .mapToDouble(Knowledge::strength)
              .toArray();
      return new Never(MeanWithError.of(strengths).mean(), strengths.length, model.hash());
    }
  }

  /**
   * An arm compared with uniform order.
   *
   * @param missed trials in which one of the two never got there
   * @param difference in the direction of "better"
   * @param adjusted p-value after Holm
   */
  private record Compared(String arm, int missed, PairedDifference difference, double adjusted) {
    Decision verdict() {
      return difference.n() < 2
          ? Decision.UNDECIDED
          : adjusted < 1 - LEVEL
              ? difference.mean() > 0 ? Decision.HOLDS : Decision.FAILS
              : Decision.UNDECIDED;
    }
  }

  private static List<Compared> compared(Map<String, List<OrderTrial>> found, EndPoint point) {
    List<OrderTrial> baseline = Objects.requireNonNull(found.get(BASELINE));
    List<Compared> all = new ArrayList<>();
    found.forEach(
        (arm, own) -> {
          if (!arm.equals(BASELINE)) {
            int[] both =
                IntStream.range(0, Math.min(own.size(), baseline.size()))
                    .filter(i -> Double.isFinite(point.of(own.get(i)) + point.of(baseline.get(i))))
                    .toArray();
            double sign = point.higherIsBetter ? 1 : -1;
            all.add(
                new Compared(
                    arm,
                    own.size() - both.length,
                    PairedDifference.of(
                        values(both, baseline, point, sign), values(both, own, point, sign), LEVEL),
                    Double.NaN));
          }
        });
    double[] adjusted =
        Holm.adjusted(all.stream().mapToDouble(c -> c.difference().pValue()).toArray());
    return IntStream.range(0, all.size())
        .mapToObj(
            i ->
                new Compared(
                    all.get(i).arm(), all.get(i).missed(), all.get(i).difference(), adjusted[i]))
        .toList();
  }

  private static double[] values(
      int[] places, List<OrderTrial> trials, EndPoint point, double sign) {
    return Arrays.stream(places).mapToDouble(i -> sign * point.of(trials.get(i))).toArray();
  }

  private static String sentence(EndPoint point, List<Compared> compared) {
    List<String> better = named(compared, Decision.HOLDS);
    List<String> worse = named(compared, Decision.FAILS);
    int rest = compared.size() - better.size() - worse.size();
    return "%s, against uniform order: better %s; worse %s; %d of %d arms undecided."
        .formatted(
            Character.toUpperCase(point.title.charAt(0)) + point.title.substring(1),
            better.isEmpty() ? "none" : String.join(", ", better),
            worse.isEmpty() ? "none" : String.join(", ", worse),
            rest,
            compared.size());
  }

  private static List<String> named(List<Compared> compared, Decision verdict) {
    return compared.stream()
        .filter(c -> c.verdict() == verdict)
        .map(
            c ->
                "%s (%s [%s, %s])"
                    .formatted(
                        c.arm(),
                        NumberText.plain(c.difference().mean()),
                        NumberText.plainError(c.difference().interval().low()),
                        NumberText.plainError(c.difference().interval().high())))
        .toList();
  }

  private static StudyTable means(Map<String, List<OrderTrial>> found) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    found.forEach(
        (arm, own) -> {
          List<@Nullable Object> row =
              new ArrayList<>(List.of(arm, Objects.requireNonNull(ARMS.get(arm))));
          for (EndPoint point : EndPoint.values()) {
            double[] values =
                own.stream().mapToDouble(point::of).filter(Double::isFinite).toArray();
            MeanWithError mean = MeanWithError.of(values);
            row.add(StudyTable.cell(values.length == 0 ? Double.NaN : mean.mean()));
            row.add(StudyTable.cell(mean.standardError()));
          }
          row.add(own.stream().filter(t -> Double.isFinite(t.updates())).count());
          rows.add(row);
        });
    List<StudyTable.Column> columns = new ArrayList<>(StudyTable.Column.of("arm", "what it does"));
    for (EndPoint point : EndPoint.values()) {
      columns.add(new StudyTable.Column(point.title, point.unit));
      columns.add(StudyTable.Column.of("± SE"));
    }
    columns.add(StudyTable.Column.of("trials that got there"));
    return new StudyTable("Means over trials", "", columns, rows);
  }

  private static StudyTable table(EndPoint point, List<Compared> compared) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Compared one : compared) {
      List<@Nullable Object> row = new ArrayList<>(List.of(one.arm()));
      row.add(StudyTable.cell(one.difference().mean()));
      row.add(StudyTable.cell(one.difference().interval().low()));
      row.add(StudyTable.cell(one.difference().interval().high()));
      row.add(StudyTable.cell(one.difference().pValue()));
      row.add(StudyTable.cell(one.adjusted()));
      row.add(one.difference().n());
      row.add(one.missed());
      row.add(one.verdict().text());
      rows.add(row);
    }
    return new StudyTable(
        "Against uniform order: " + point.title,
        "Mean of the paired differences; positive: better than uniform order. The verdict is by the p-value after Holm's correction over the arms, below 0.05.",
        StudyTable.Column.of(
            "arm",
            "better by",
            "95 %, low",
            "95 %, high",
            "p",
            "p, Holm",
            "n",
            "missed",
            "is better"),
        rows);
  }

  private static List<StudyFigure> figure(EndPoint point, List<Compared> compared) {
    List<Point> points =
        compared.stream()
            .filter(c -> Double.isFinite(c.difference().interval().low()))
            .map(
                c ->
                    Point.row(
                        c.arm(),
                        c.difference().mean(),
                        c.difference().interval().low(),
                        c.difference().interval().high()))
            .toList();
    return points.isEmpty()
        ? List.of()
        : List.of(
            new StudyFigure(
                point.name().toLowerCase(Locale.ROOT),
                "Better than uniform order: " + point.title,
                List.of("Paired by seed; the intervals aren't corrected for the number of arms."),
                Kind.FOREST,
                Axis.linear("better by", point.unit),
                Axis.linear("arm", ""),
                "95 % interval",
                List.of(Series.of("against uniform", points))));
  }
}
