package io.engram.cli.run;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.output.Console;
import io.engram.cli.output.DifficultyText;
import io.engram.cli.output.MeasurementText;
import io.engram.cli.output.Table;
import io.engram.cli.progress.Interruption;
import io.engram.cli.progress.Progress;
import io.engram.core.EngramHome;
import io.engram.core.run.Measurement;
import io.engram.core.run.MrdRow;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.report.Report;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.eval.EvaluationWriter;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.suites.Suites;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.SampleSets;
import io.engram.unlearn.run.Setup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the built-in model forget two authors with WGA, in uniform order and in MRD order, measures
 * beside it a model that never saw them, and writes one report of both. The evaluation before is
 * made once, in the first run, and copied to the second. Finished work is kept, so a second call
 * resumes where the first was stopped.
 *
 * @param out the folder of both runs and the report
 * @param overrides recipe keys to change in both runs
 * @param common how to run the computation
 */
public record Quickstart(Path out, List<String> overrides, CommonOptions common) {
  private static final String RECIPES = "recipes/quickstart/";

  /** The built-in model that never saw the authors to forget. */
  private static final String NEVER_SAW = "mini-retain90";

  /** How many of the hardest, and of the easiest, samples to show. */
  private static final int SAMPLES = 3;

  /** Makes both runs, then the report. Returns the exit code. */
  public int carryOut() {
    Console console = common.console();
    Path uniform = out.resolve("wga");
    Path withMrd = out.resolve("wga-mrd");
    RecipeReader.Several recipes = new RecipeReader.Several(overrides);
    Recipe first = recipe(recipes, "wga.yaml");
    Recipe second = recipe(recipes, "wga-mrd.yaml");
    recipes.requireUsed();
    console.message(
        "Quickstart: makes the built-in model forget two authors of TOFU (forget01), twice. You can"
            + " stop it with Ctrl-C and resume it with the same command.");
    long start = System.nanoTime();
    console.message(
        "[1/4] WGA: evaluate, forget until the model knows them no better than one that never saw "
            + "them, evaluate");
    if (!finish(first, uniform, List.of())) {
      return stopped(console);
    }
    long elapsed = System.nanoTime() - start;
    console.message(
        "[2/4] WGA + MRD: the same, easy samples more often"
            + (elapsed < 1e9 ? "" : "; about " + Progress.time(elapsed)));
    if (!finish(second, withMrd, List.of(uniform))) {
      return stopped(console);
    }
    showMrd(withMrd);
    console.message("[3/4] The same measures of " + NEVER_SAW + ", which never saw them");
    measureNeverSaw(first, uniform);
    console.message("[4/4] Report");
    Path report = out.resolve("report.html");
    Report.write(List.of(uniform, withMrd), report);
    show(console, uniform, withMrd, report);
    return 0;
  }

  /** Adds the measurements of a model that never saw the authors to a run, if they are missing. */
  private void measureNeverSaw(Recipe recipe, Path folder) {
    try (RunFolder run = RunFolder.resume(folder)) {
      if (run.measurements().stream().anyMatch(m -> m.stage().equals(Measurement.NEVER_SAW))) {
        return;
      }
      Setup setup = common.setup();
      try (LanguageModel model =
          LanguageModel.open(NEVER_SAW, setup.modelOptions(recipe.model(), recipe.seed()))) {
        List<Sample> forget =
            SampleSets.load(recipe.forget(), "forget", recipe.seed(), model.samples());
        List<String> names = Suites.matching(recipe.eval().suites(), recipe.forget().data());
        EvaluationWriter.evaluate(
            Suites.of(recipe.eval().withSuites(names)).stream()
                .map(suite -> suite.ofRun(forget))
                .toList(),
            new Suite.Stage(model, Measurement.NEVER_SAW, recipe.eval().limit(), setup.progress()),
            run);
      }
    }
  }

  private Recipe recipe(RecipeReader.Several recipes, String name) {
    return recipes.read(EngramHome.resolve(RECIPES + name), overrides, Recipe.Kind.UNLEARN);
  }

  /** Finishes a recipe's run; false if it was stopped. */
  private boolean finish(Recipe recipe, Path folder, List<Path> siblings) {
    RecipeRun run = new RecipeRun(Recipe.Kind.UNLEARN, common);
    if (Files.isRegularFile(folder.resolve("manifest.json"))) {
      try (RunFolder earlier = RunFolder.read(folder)) {
        if (earlier.manifest().status().equals("done")) {
          common.console().message(folder + " is already done");
          return true;
        }
      }
      return run.resume(folder).status().equals("done");
    }
    return run.start(recipe, folder, siblings).status().equals("done");
  }

  /** Shows the hardest and easiest samples, to illustrate MRD. */
  private void showMrd(Path folder) {
    if (common.console().json()) {
      return;
    }
    try (RunFolder run = RunFolder.read(folder)) {
      Recipe recipe =
          RecipeReader.parse(run.recipe(), List.of(), Recipe.Kind.UNLEARN, folder + "/recipe.yaml");
      List<Sample> samples = SampleSource.load(recipe.forget().data());
      if (run.mrdEpochs().contains(0)) {
        DifficultyScore score = recipe.estimator();
        common
            .console()
            .message(DifficultyText.of(score, kept(run.mrd(0)), samples, SAMPLES) + "\n");
      }
    }
  }

  /** The measurement as read back from a run folder. */
  private static DifficultyScore.Measured kept(List<MrdRow> rows) {
    int draws = rows.isEmpty() ? 0 : rows.get(0).draws();
    return new DifficultyScore.Measured(rows, Map.of("passes", draws), List.of());
  }

  private void show(Console console, Path uniform, Path withMrd, Path report) {
    Comparison result = Comparison.of(uniform, withMrd);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("runs", List.of(uniform.toString(), withMrd.toString()));
    json.put("report", report.toString());
    json.put("results", result.rows());
    console.result(json, result.text() + "\n\nReport: " + report.toAbsolutePath());
  }

  private int stopped(Console console) {
    console.message("Stopped. To resume: " + common.typed());
    return Interruption.EXIT_CODE;
  }

  /**
   * The results of the two runs: four lines and a heading.
   *
   * @param measured one metric each
   */
  record Comparison(List<Measured> measured) {
    /** The metrics to show: how well the authors are known, then what was kept. */
    private static final List<Named> SHOWN =
        List.of(
            new Named("knowledge.forget.exact_memorization", "exact memorization, forget set"),
            new Named("knowledge.forget.extraction_strength", "extraction strength, forget set"),
            new Named("knowledge.forget.log_prob", "log-probability, forget set"),
            new Named("tofu.forget.rouge_l_recall", "ROUGE-L recall, forget set"),
            new Named("tofu.retain.rouge_l_recall", "ROUGE-L recall, retain set"),
            new Named("tofu.model_utility_mean", "model utility (UT)"));

    /** A metric's id and its name in the table. */
    private record Named(String metric, String name) {}

    /**
     * A metric's measurements.
     *
     * @param name in the table
     * @param before for the built-in model
     * @param wga after WGA
     * @param wgaMrd after WGA + MRD
     * @param neverSaw for a model that never saw the authors
     */
    record Measured(
        String name,
        Measurement before,
        Measurement wga,
        Measurement wgaMrd,
        Measurement neverSaw) {
      private Row row() {
        return new Row(
            before.metric(),
            before.better(),
            before.value(),
            wga.value(),
            wgaMrd.value(),
            neverSaw.value());
      }

      private String[] cells() {
        return new String[] {
          name,
          before.better(),
          before.unit(),
          Integer.toString(before.n()),
          MeasurementText.value(before),
          MeasurementText.value(wga),
          MeasurementText.value(wgaMrd),
          MeasurementText.value(neverSaw)
        };
      }
    }

    /**
     * A metric as printed by {@code --json}.
     *
     * @param metric its id
     * @param better {@code higher} or {@code lower}
     * @param before for the built-in model
     * @param wga after WGA
     * @param wgaMrd after WGA + MRD
     * @param neverSaw for a model that never saw the authors
     */
    record Row(
        String metric, String better, double before, double wga, double wgaMrd, double neverSaw) {}

    static Comparison of(Path uniform, Path withMrd) {
      Map<String, Measurement> wga = measurements(uniform);
      Map<String, Measurement> wgaMrd = measurements(withMrd);
      return new Comparison(
          SHOWN.stream()
              .flatMap(named -> Stream.ofNullable(measured(named, wga, wgaMrd)))
              .toList());
    }

    /** The rows for {@code --json}. */
    List<Row> rows() {
      return measured.stream().map(Measured::row).toList();
    }

    /** The results as a table. */
    String text() {
      Table table =
          new Table(
              "",
              "better",
              "unit",
              "n",
              "before ± SE",
              "WGA ± SE",
              "WGA + MRD ± SE",
              "never saw them ± SE");
      measured.forEach(each -> table.row(each.cells()));
      return table + "\nSE: standard error, over the n samples";
    }

    private static @Nullable Measured measured(
        Named named, Map<String, Measurement> wga, Map<String, Measurement> wgaMrd) {
      Measurement before = wga.get("before " + named.metric());
      Measurement first = wga.get("after " + named.metric());
      Measurement second = wgaMrd.get("after " + named.metric());
      Measurement never = wga.get(Measurement.NEVER_SAW + " " + named.metric());
      return before == null || first == null || second == null || never == null
          ? null
          : new Measured(named.name(), before, first, second, never);
    }

    private static Map<String, Measurement> measurements(Path folder) {
      try (RunFolder run = RunFolder.read(folder)) {
        return run.measurements().stream()
            .collect(Collectors.toMap(m -> m.stage() + " " + m.metric(), m -> m, (a, b) -> b));
      }
    }
  }
}
