package io.engram.cli.quickstart;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.output.Console;
import io.engram.cli.output.MrdText;
import io.engram.cli.output.UpdatesText;
import io.engram.cli.progress.Interruption;
import io.engram.cli.progress.Times;
import io.engram.cli.run.RecipeRun;
import io.engram.core.EngramHome;
import io.engram.core.recipe.EstimatorSection;
import io.engram.core.recipe.Recipe;
import io.engram.core.recipe.RecipeReader;
import io.engram.core.run.MrdRow;
import io.engram.core.run.PredictedUpdatesRow;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.report.Report;
import io.engram.unlearn.mrd.MrdMeasurement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * NPO + MRD and NPO with the same budget on the built-in model, and one report of both. The model's
 * evaluation before is made once, in the first run, and taken over by the second. What is done
 * already is left as it is, so a second call goes on where the first was stopped.
 *
 * @param out the folder of both runs and the report
 * @param overrides recipe keys to set otherwise in both
 * @param common how it is carried out
 */
public record Quickstart(Path out, List<String> overrides, CommonOptions common) {
  private static final String RECIPES = "recipes/quickstart/";

  /** Hardest and easiest samples shown, of each. */
  private static final int SHOWN = 3;

  /** Both runs, then the report; the exit code. */
  public int carryOut() {
    Console console = common.console();
    Path withMrd = out.resolve("npo-mrd");
    Path uniform = out.resolve("npo");
    console.message(
        "Quickstart: unlearns TOFU's forget05 from the built-in model, twice. Stop with Ctrl-C; the"
            + " same command then goes on.");
    long start = System.nanoTime();
    console.message(
        "[1/3] NPO + MRD: evaluate, measure MRD, unlearn the easy samples first, evaluate");
    if (!finish("npo-mrd.yaml", withMrd, List.of())) {
      return stopped(console);
    }
    long first = System.nanoTime() - start;
    showMrd(withMrd);
    console.message(
        "[2/3] NPO: the same budget in uniform order"
            + (first < 1e9 ? "" : "; less than " + Times.text(first)));
    if (!finish("npo.yaml", uniform, List.of(withMrd))) {
      return stopped(console);
    }
    console.message("[3/3] Report");
    Path report = out.resolve("report.html");
    Report.write(List.of(uniform, withMrd), report);
    show(console, uniform, withMrd, report);
    return 0;
  }

  /** Carries a recipe's run to its end; false where it was stopped. */
  private boolean finish(String recipeName, Path folder, List<Path> siblings) {
    RecipeRun run = new RecipeRun(Recipe.Kind.UNLEARN, common);
    if (Files.isRegularFile(folder.resolve("manifest.json"))) {
      try (RunFolder earlier = RunFolder.read(folder)) {
        if (earlier.manifest().status().equals("done")) {
          common.console().message(folder + " is done already");
          return true;
        }
      }
      return run.resume(folder).status().equals("done");
    }
    Recipe recipe =
        RecipeReader.read(EngramHome.resolve(RECIPES + recipeName), overrides, Recipe.Kind.UNLEARN);
    return run.start(recipe, folder, siblings).status().equals("done");
  }

  /** The hardest and easiest samples, for the reader to see what MRD is about. */
  private void showMrd(Path folder) {
    if (common.console().json()) {
      return;
    }
    try (RunFolder run = RunFolder.read(folder)) {
      Recipe recipe =
          RecipeReader.parse(run.recipe(), List.of(), Recipe.Kind.UNLEARN, folder + "/recipe.yaml");
      List<Sample> samples = SampleSource.load(recipe.forget().data());
      EstimatorSection estimator = recipe.order().estimator();
      if (run.mrdEpochs().contains(0)) {
        MrdMeasurement.Result found = result(run.mrd(0), estimator);
        common.console().message(MrdText.of(found, samples, estimator, SHOWN) + "\n");
      } else if (run.predictedUpdatesEpochs().contains(0)) {
        List<PredictedUpdatesRow> found = run.predictedUpdates(0);
        common.console().message(UpdatesText.of(found, List.of(), samples, SHOWN) + "\n");
      }
    }
  }

  /** What a run folder keeps of a measurement. */
  private static MrdMeasurement.Result result(List<MrdRow> rows, EstimatorSection settings) {
    int draws = rows.isEmpty() ? 0 : rows.get(0).draws();
    return new MrdMeasurement.Result(rows, new double[0][0], settings.sigma(), draws, List.of());
  }

  private void show(Console console, Path uniform, Path withMrd, Path report) {
    QuickstartResult result = QuickstartResult.of(uniform, withMrd);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("runs", List.of(uniform.toString(), withMrd.toString()));
    json.put("report", report.toString());
    json.put("results", result.rows());
    console.result(json, result.text() + "\n\nReport: " + report.toAbsolutePath());
  }

  private int stopped(Console console) {
    console.message("Stopped. Go on with: engram quickstart --out " + out);
    return Interruption.EXIT_CODE;
  }
}
