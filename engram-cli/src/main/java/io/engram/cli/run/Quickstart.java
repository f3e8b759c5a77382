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
import io.engram.report.Report;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs NPO + MRD and NPO with the same budget on the built-in model, and writes one report of both.
 * The evaluation before is made once, in the first run, and copied to the second. Finished work is
 * kept, so a second call resumes where the first was stopped.
 *
 * @param out the folder of both runs and the report
 * @param overrides recipe keys to change in both runs
 * @param common how to run the computation
 */
public record Quickstart(Path out, List<String> overrides, CommonOptions common) {
  private static final String RECIPES = "recipes/quickstart/";

  /** How many of the hardest, and of the easiest, samples to show. */
  private static final int SHOWN = 3;

  /** Makes both runs, then the report. Returns the exit code. */
  public int carryOut() {
    Console console = common.console();
    Path withMrd = out.resolve("npo-mrd");
    Path uniform = out.resolve("npo");
    RecipeReader.Several recipes = new RecipeReader.Several(overrides);
    Recipe first = recipe(recipes, "npo-mrd.yaml");
    Recipe second = recipe(recipes, "npo.yaml");
    recipes.requireUsed();
    console.message(
        "Quickstart: unlearns TOFU's forget05 from the built-in model, twice. You can stop it "
            + "with Ctrl-C and resume it with the same command.");
    long start = System.nanoTime();
    console.message(
        "[1/3] NPO + MRD: evaluate, measure MRD, unlearn the easy samples first, evaluate");
    if (!finish(first, withMrd, List.of())) {
      return stopped(console);
    }
    long elapsed = System.nanoTime() - start;
    showMrd(withMrd);
    console.message(
        "[2/3] NPO: the same budget in uniform order"
            + (elapsed < 1e9 ? "" : "; less than " + Progress.time(elapsed)));
    if (!finish(second, uniform, List.of(withMrd))) {
      return stopped(console);
    }
    console.message("[3/3] Report");
    Path report = out.resolve("report.html");
    Report.write(List.of(uniform, withMrd), report);
    show(console, uniform, withMrd, report);
    return 0;
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
        common.console().message(DifficultyText.of(score, kept(run.mrd(0)), samples, SHOWN) + "\n");
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
    console.message("Stopped. To resume: engram quickstart --out " + out);
    return Interruption.EXIT_CODE;
  }

  /**
   * The results of the two runs: four lines and a heading.
   *
   * @param measured one metric each
   */
  record Comparison(List<Measured> measured) {
    /** The metrics to show: overall forgetting and utility, and one single metric of each. */
    private static final Map<String, String> NAMES =
        Map.of(
            "tofu.unlearning_completeness", "unlearning completeness (UC)",
            "tofu.model_utility_mean", "model utility (UT)",
            "tofu.forget.rouge_l_recall", "forget set, ROUGE-L recall",
            "tofu.retain.rouge_l_recall", "retain set, ROUGE-L recall");

    private static final List<String> ORDER =
        List.of(
            "tofu.unlearning_completeness",
            "tofu.model_utility_mean",
            "tofu.forget.rouge_l_recall",
            "tofu.retain.rouge_l_recall");

    /**
     * A metric's measurements.
     *
     * @param before for the built-in model
     * @param npo after NPO
     * @param npoMrd after NPO + MRD
     */
    record Measured(Measurement before, Measurement npo, Measurement npoMrd) {
      private Row row() {
        return new Row(
            before.metric(), before.better(), before.value(), npo.value(), npoMrd.value());
      }

      private String[] cells() {
        return new String[] {
          Objects.requireNonNull(NAMES.get(before.metric())),
          before.better(),
          before.unit(),
          Integer.toString(before.n()),
          MeasurementText.value(before),
          MeasurementText.value(npo),
          MeasurementText.value(npoMrd)
        };
      }
    }

    /**
     * A metric as printed by {@code --json}.
     *
     * @param metric its id
     * @param better {@code higher} or {@code lower}
     * @param before for the built-in model
     * @param npo after NPO
     * @param npoMrd after NPO + MRD
     */
    record Row(String metric, String better, double before, double npo, double npoMrd) {}

    static Comparison of(Path uniform, Path withMrd) {
      Map<String, Measurement> npo = measurements(uniform);
      Map<String, Measurement> npoMrd = measurements(withMrd);
      return new Comparison(
          ORDER.stream()
              .flatMap(metric -> Stream.ofNullable(measured(metric, npo, npoMrd)))
              .toList());
    }

    /** The rows for {@code --json}. */
    List<Row> rows() {
      return measured.stream().map(Measured::row).toList();
    }

    /** The results as a table. */
    String text() {
      Table table =
          new Table("", "better", "unit", "n", "before ± SE", "NPO ± SE", "NPO + MRD ± SE");
      measured.forEach(each -> table.row(each.cells()));
      return table + "\nSE: standard error, over the n samples";
    }

    private static @Nullable Measured measured(
        String metric, Map<String, Measurement> npo, Map<String, Measurement> npoMrd) {
      Measurement before = npo.get("before " + metric);
      Measurement first = npo.get("after " + metric);
      Measurement second = npoMrd.get("after " + metric);
      return before == null || first == null || second == null
          ? null
          : new Measured(before, first, second);
    }

    private static Map<String, Measurement> measurements(Path folder) {
      try (RunFolder run = RunFolder.read(folder)) {
        return run.measurements().stream()
            .collect(Collectors.toMap(m -> m.stage() + " " + m.metric(), m -> m, (a, b) -> b));
      }
    }
  }
}
