package io.engram.unlearn.reproduce;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.core.settings.Choices;
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
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.suites.Suites;
import io.engram.unlearn.eval.text.TextSuite;
import io.engram.unlearn.eval.tofu.RetrainedModel;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.Trials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What more to forget does to a model, by the measures of the suite {@code text}. Scalability:
 * forget sets of one to four pieces, each unlearned from the original. Sustainability: one piece
 * after another, each unlearned from the model that the request before left.
 *
 * <p><b>Source:</b> Shi et al.: MUSE, machine unlearning six-way evaluation for language models
 * (2024), C5 and C6. <b>Differs:</b> a fixed number of epochs, the recipe's, where MUSE chooses an
 * epoch for the first request by the retrained model's knowledge and keeps it; all the suite's
 * measures, where MUSE's figures show utility.
 */
final class MuseExperiment implements Reproduction {
  /** How the pieces are forgotten. */
  enum Way {
    /** More and more of them at once. */
    SCALABILITY(
        "muse-scal",
        "MUSE: forget sets of growing size",
        "What is left of the model when more is to be forgotten at once?"),
    /** One after the other. */
    SUSTAINABILITY(
        "muse-sust",
        "MUSE: requests in a row",
        "What is left of the model when one request follows another?");

    private final String id;
    private final String title;
    private final String question;

    Way(String id, String title, String question) {
      this.id = id;
      this.title = title;
      this.question = question;
    }

    /** What a state is called after so many pieces. */
    private String state(int pieces) {
      return this == SUSTAINABILITY
          ? "after request " + pieces
          : pieces == ForgetPieces.COUNT ? "all forgotten" : pieces + "/4 forgotten";
    }
  }

  /** What is shown of each model. */
  private enum Measure {
    VERBATIM("text.verbatim.rouge_l_f1", "verbatim memory"),
    KNOWN("text.knowledge.forget.rouge_l_f1", "knowledge of forget"),
    KEPT("text.knowledge.retain.rouge_l_f1", "knowledge of retain"),
    STRANGE("text.forget.min_k_auc", "A of forget"),
    LEAK("text.privleak", "PrivLeak");

    private final String metric;
    private final String title;

    Measure(String metric, String title) {
      this.metric = metric;
      this.title = title;
    }

    private String unit() {
      return this == LEAK ? "%" : "";
    }

    private int digits() {
      return this == LEAK ? 1 : 3;
    }
  }

  /** A recipe's model that another recipe makes. */
  private static final Pattern MADE = Pattern.compile("runs/text/([^/]+)/model");

  private static final double LEVEL = 0.95;

  private final Way way;

  MuseExperiment(Way way) {
    this.way = way;
  }

  @Override
  public String name() {
    return way.id;
  }

  @Override
  public String title() {
    return way.title;
  }

  @Override
  public Optional<Study> carryOut(ReproductionPlan plan) {
    RecipeReader.Several several = new RecipeReader.Several(plan.overrides());
    Recipe recipe = read(plan, several, List.of("trials=" + plan.trials()));
    several.requireUsed();
    requireText(recipe);
    requireModels(recipe);
    Suites.of(recipe.eval());
    ForgetPieces pieces = ForgetPieces.of(recipe);
    List<List<Trials>> steps =
        way == Way.SCALABILITY
            ? growing(plan, several, pieces)
            : inARow(plan, several, pieces, recipe.seed());
    if (!isDone(plan, steps)) {
      return Optional.empty();
    }
    return Optional.of(
        new Found(way, states(plan, recipe, pieces, steps)).study(plan, recipe, manifest(steps)));
  }

  private static Recipe read(
      ReproductionPlan plan, RecipeReader.Several several, List<String> fixed) {
    return ModelRecipes.read(plan, several, TextSuite.NAME, "npo", List.of(), fixed);
  }

  /** Checks the suite before hours of runs that it would not measure. */
  private void requireText(Recipe recipe) {
    List<String> suites = recipe.eval().suites();
    if (suites.stream().noneMatch(name -> name.split(":", 2)[0].equals(TextSuite.NAME))) {
      throw EngramException.usage(
          "%s shows the measures of the suite text, which eval.suites = %s lacks. Add text, or text:FILE.yaml for a corpus of your own."
              .formatted(way.id, suites));
    }
  }

  private void requireModels(Recipe recipe) {
    List<String> commands =
        Stream.of(recipe.model().path(), recipe.eval().retrained())
            .filter(path -> path != null && !Files.exists(Path.of(path)))
            .map(path -> MADE.matcher(Objects.requireNonNull(path)))
            .filter(Matcher::matches)
            .map(made -> made.group(1))
            .map("engram finetune recipes/text/%1$s.yaml --out runs/text/%1$s"::formatted)
            .toList();
    if (!commands.isEmpty()) {
      throw EngramException.file(
          "%s needs a model that knows the texts and one that never saw them. Create first what is missing:%n%s"
              .formatted(way.id, String.join(System.lineSeparator(), commands)));
    }
  }

  /** A recipe for each size, all from the same model. */
  private static List<List<Trials>> growing(
      ReproductionPlan plan, RecipeReader.Several several, ForgetPieces pieces) {
    Map<Integer, Recipe> recipes = new LinkedHashMap<>();
    for (int k = 1; k <= ForgetPieces.COUNT; k++) {
      recipes.put(k, read(plan, several, List.of("trials=" + plan.trials(), pieces.key(1, k))));
    }
    return ModelRecipes.trials(recipes, k -> plan.folder().resolve("pieces-" + k)).values().stream()
        .map(List::of)
        .toList();
  }

  /** For each request the trials of all seeds; a seed's next request starts from its last model. */
  private static List<List<Trials>> inARow(
      ReproductionPlan plan, RecipeReader.Several several, ForgetPieces pieces, long seed) {
    List<List<Trials>> steps = new ArrayList<>();
    for (int k = 1; k <= ForgetPieces.COUNT; k++) {
      List<Trials> step = new ArrayList<>();
      for (int i = 0; i < plan.trials(); i++) {
        List<String> fixed =
            new ArrayList<>(List.of("trials=1", "seed=" + (seed + i), pieces.key(k, k)));
        if (k > 1) {
          Path before = steps.get(k - 2).get(i).all().get(0).folder().resolve("model");
          fixed.add("model.path=" + JsonFiles.line(before.toString()));
        }
        step.add(
            Trials.of(
                read(plan, several, fixed),
                plan.folder().resolve("request-" + k).resolve("seed-" + (seed + i)),
                List.copyOf(step)));
      }
      steps.add(step);
    }
    return steps;
  }

  private boolean isDone(ReproductionPlan plan, List<List<Trials>> steps) {
    return way == Way.SCALABILITY
        ? plan.runner().test(steps.stream().flatMap(List::stream).toList())
        : steps.stream().allMatch(plan.runner()::test);
  }

  private static Manifest manifest(List<List<Trials>> steps) {
    try (RunFolder run = RunFolder.read(steps.get(0).get(0).all().get(0).folder())) {
      return run.manifest();
    }
  }

  /**
   * A model, or one of each seed.
   *
   * @param name what it is
   * @param pieces how many it was to forget; null: it never saw them
   * @param rows how many rows these have
   * @param trials the measurements of each
   */
  record State(String name, @Nullable Integer pieces, int rows, List<List<Measurement>> trials) {
    private List<Measurement> of(Measure measure) {
      return trials.stream()
          .flatMap(List::stream)
          .filter(m -> m.metric().equals(measure.metric))
          .toList();
    }

    private double mean(Measure measure) {
      return MeanWithError.of(values(measure)).mean();
    }

    private double[] values(Measure measure) {
      return of(measure).stream().mapToDouble(Measurement::value).toArray();
    }

    /** Standard deviation between trials; of a single one, its standard error. */
    private @Nullable Double error(Measure measure) {
      List<Measurement> all = of(measure);
      return all.size() == 1
          ? all.get(0).standardError()
          : (@Nullable Double)
              (MeanWithError.of(values(measure)).standardError() * Math.sqrt(all.size()));
    }
  }

  private List<State> states(
      ReproductionPlan plan, Recipe recipe, ForgetPieces pieces, List<List<Trials>> steps) {
    List<State> states = new ArrayList<>();
    List<Measurement> before = of("before", measurements(steps.get(0)).get(0));
    states.add(new State("original", 0, 0, List.of(before)));
    for (int k = 1; k <= steps.size(); k++) {
      List<List<Measurement>> after =
          measurements(steps.get(k - 1)).stream().map(trial -> of("after", trial)).toList();
      states.add(new State(way.state(k), k, pieces.size(1, k), after));
    }
    String retrained = recipe.eval().retrained();
    if (retrained != null) {
      states.add(new State("retrained", null, 0, List.of(neverSaw(plan, recipe, retrained))));
    }
    return states;
  }

  private static List<List<Measurement>> measurements(List<Trials> step) {
    return step.stream().flatMap(trials -> trials.measurements().stream()).toList();
  }

  private static List<Measurement> of(String stage, List<Measurement> all) {
    return all.stream().filter(m -> m.stage().equals(stage)).toList();
  }

  /** The suites' measures of the model that never saw the forget set, made once in a folder. */
  private static List<Measurement> neverSaw(ReproductionPlan plan, Recipe recipe, String path) {
    Path file = plan.folder().resolve("retrained.jsonl");
    if (Files.exists(file)) {
      return JsonFiles.readLines(file, Measurement.class);
    }
    try (LanguageModel model =
        LanguageModel.open(
            path,
            RetrainedModel.options(plan.setup().modelOptions(recipe.model(), recipe.seed())))) {
      Suite.Stage stage =
          new Suite.Stage(
              model, Measurement.NEVER_SAW, recipe.eval().limit(), plan.setup().progress());
      List<Measurement> measured =
          Suites.of(recipe.eval()).stream()
              .filter(suite -> suite.name().equals(TextSuite.NAME))
              .flatMap(suite -> suite.measure(stage).measurements().stream())
              .toList();
      JsonFiles.writeLines(file, measured);
      return measured;
    }
  }

  /**
   * What came out.
   *
   * @param states the original, after each step, and the retrained model if there is one
   */
  record Found(Way way, List<State> states) {
    Study study(ReproductionPlan plan, Recipe recipe, Manifest made) {
      int trials = last().trials().size();
      String seeds =
          NumberText.ranges(
              IntStream.range(0, trials).mapToObj(i -> Long.toString(recipe.seed() + i)).toList());
      List<String> limits = new ArrayList<>(plan.changes());
      limits.add(
          "The suite measures the whole corpus: as long as only some pieces are forgotten, it also counts what nobody has asked to forget yet.");
      limits.add(
          "One model and one method, %s, with a fixed budget per run."
              .formatted(Choices.nameOf(recipe.method())));
      if (recipe.eval().retrained() == null) {
        limits.add("eval.retrained names no model that never saw the forget set.");
      }
      if (trials < 2) {
        limits.add("One trial: how much a run varies with its seed isn't known.");
      }
      return new Study(
          way.title + ", on " + plan.model(),
          way.question,
          Arrays.stream(Measure.values()).filter(this::isMeasured).map(this::sentence).toList(),
          List.of(
              new Study.Fact(
                  "Forget set",
                  String.join(", ", recipe.forget().data()),
                  "%d rows in %d pieces".formatted(last().rows(), ForgetPieces.COUNT)),
              new Study.Fact("Seeds", seeds, NumberText.counted(trials, "trial")),
              new Study.Fact("Method", Choices.nameOf(recipe.method()), "")),
          figures(),
          List.of(table(trials)),
          limits,
          plan.provenance(recipe, made.modelHash()));
    }

    private State original() {
      return states.get(0);
    }

    private State first() {
      return states.get(1);
    }

    /** After all pieces. */
    private State last() {
      return states.get(ForgetPieces.COUNT);
    }

    private Optional<State> retrained() {
      return states.stream().filter(state -> state.pieces() == null).findFirst();
    }

    private boolean isMeasured(Measure measure) {
      return states.stream().anyMatch(state -> !state.of(measure).isEmpty());
    }

    /** How a measure went, and with several seeds the change from the first step to the last. */
    String sentence(Measure measure) {
      String never =
          retrained()
              .map(state -> "; " + text(measure, state.mean(measure)) + " in the retrained model")
              .orElse("");
      PairedDifference change =
          PairedDifference.of(first().values(measure), last().values(measure), LEVEL);
      String paired =
          change.n() < 2
              ? ""
              : " From the first to the last, over %d seeds: %s [%s, %s]."
                  .formatted(
                      change.n(),
                      text(measure, change.mean()),
                      text(measure, change.interval().low()),
                      text(measure, change.interval().high()));
      String with = way == Way.SCALABILITY ? "with " : "";
      return "%s: %s in the original, %s %s, %s %s%s.%s"
          .formatted(
              measure.title.substring(0, 1).toUpperCase(Locale.ROOT) + measure.title.substring(1),
              text(measure, original().mean(measure)),
              text(measure, first().mean(measure)),
              with + first().name(),
              text(measure, last().mean(measure)),
              with + last().name(),
              never,
              paired);
    }

    private static String text(Measure measure, double value) {
      return NumberText.fixed(value, measure.digits()) + (measure == Measure.LEAK ? " %" : "");
    }

    private StudyTable table(int trials) {
      List<Measure> shown = Arrays.stream(Measure.values()).filter(this::isMeasured).toList();
      List<StudyTable.Column> columns =
          new ArrayList<>(StudyTable.Column.of("model", "rows forgotten"));
      for (Measure measure : shown) {
        int n = original().of(measure).stream().mapToInt(Measurement::n).findFirst().orElse(0);
        String unit = measure.unit().isEmpty() ? "" : measure.unit() + ", ";
        columns.add(new StudyTable.Column(measure.title, unit + "n = " + n));
      }
      List<List<@Nullable Object>> rows = new ArrayList<>();
      for (State state : states) {
        List<@Nullable Object> cells = new ArrayList<>(List.of(state.name()));
        cells.add(state.pieces() == null ? null : (@Nullable Object) state.rows());
        for (Measure measure : shown) {
          cells.add(
              NumberText.withError(
                  state.mean(measure), finite(state.error(measure)), measure.digits()));
        }
        rows.add(cells);
      }
      return new StudyTable(
          "What is left",
          trials < 2
              ? "± one standard error over the n rows."
              : "Mean ± standard deviation between %d trials; of the original and the retrained model ± one standard error over the n rows."
                  .formatted(trials),
          columns,
          rows);
    }

    private static @Nullable Double finite(@Nullable Double error) {
      return error == null || !Double.isFinite(error) ? null : error;
    }

    private List<StudyFigure> figures() {
      List<StudyFigure> figures = new ArrayList<>();
      figures.add(
          figure(
              "left",
              "Memory, knowledge and utility",
              Axis.linear("ROUGE-L F-measure", ""),
              List.of(Measure.VERBATIM, Measure.KNOWN, Measure.KEPT)));
      if (isMeasured(Measure.LEAK)) {
        figures.add(
            figure(
                "privleak",
                "Privacy leakage",
                Axis.linear("PrivLeak", "%"),
                List.of(Measure.LEAK)));
      }
      return figures;
    }

    private StudyFigure figure(String id, String title, Axis y, List<Measure> measures) {
      List<Series> series = new ArrayList<>();
      for (Measure measure : measures) {
        if (!isMeasured(measure)) {
          continue;
        }
        series.add(
            Series.of(
                measure.title,
                states.stream()
                    .filter(state -> state.pieces() != null && !state.of(measure).isEmpty())
                    .map(state -> point(state, measure))
                    .toList()));
        retrained()
            .filter(state -> !state.of(measure).isEmpty())
            .ifPresent(
                never ->
                    series.add(
                        new Series(
                            measure.title + " of the retrained model",
                            true,
                            List.of(
                                Point.at(0, never.mean(measure), null),
                                Point.at(ForgetPieces.COUNT, never.mean(measure), null)))));
      }
      return new StudyFigure(
          id,
          title,
          List.of("Thin lines: the retrained model's."),
          Kind.LINE,
          Axis.linear(way == Way.SUSTAINABILITY ? "requests" : "quarters of the forget set", ""),
          y,
          "± 1",
          series);
    }

    private static Point point(State state, Measure measure) {
      double x = Objects.requireNonNull(state.pieces());
      double y = state.mean(measure);
      Double error = finite(state.error(measure));
      return error == null
          ? Point.at(x, y, state.name())
          : Point.between(x, y, y - error, y + error);
    }
  }
}
