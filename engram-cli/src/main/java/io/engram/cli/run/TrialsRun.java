package io.engram.cli.run;

import io.engram.cli.output.Console;
import io.engram.cli.output.TrialsText;
import io.engram.cli.progress.Interruption;
import io.engram.core.recipe.Recipe;
import io.engram.core.run.TrialSummary;
import io.engram.report.Report;
import io.engram.unlearn.train.Outcome;
import io.engram.unlearn.train.Trials;
import io.engram.unlearn.train.Trials.Trial;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The trials of a recipe, one after another. What is done is left as it is, so that the same
 * command goes on where it was stopped.
 *
 * @param run how each is carried out
 */
public record TrialsRun(RecipeRun run) {
  /** All trials, then what they say together; the exit code. */
  public int carryOut(Trials trials) {
    Console console = run.common().console();
    if (!finish(trials)) {
      console.message("Stopped. Go on with: " + run.resumeCommand(trials.folder()));
      return Interruption.EXIT_CODE;
    }
    List<TrialSummary> summary = trials.summarize();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("trials", trials.all().stream().map(trial -> trial.folder().toString()).toList());
    json.put("measurements", summary);
    console.result(json, TrialsText.of(summary));
    if (run.kind() == Recipe.Kind.UNLEARN) {
      Path page = trials.folder().resolve("report.html");
      Report.write(trials.all().stream().map(Trial::folder).toList(), page);
      console.message("Report of all trials: " + page);
    }
    return 0;
  }

  /** Carries out what is left of the trials; false where one was stopped. */
  public boolean finish(Trials trials) {
    Console console = run.common().console();
    int number = 0;
    for (Trial trial : trials.all()) {
      number++;
      String name = "Trial %d of %d, seed %d".formatted(number, trials.all().size(), seed(trial));
      String status = trial.status();
      if (trial.isDone()) {
        console.message(name + ": done already");
        continue;
      }
      console.message(name);
      Outcome outcome =
          status == null
              ? run.start(trial.recipe(), trial.folder(), trial.first())
              : run.resume(trial.folder(), trial.first());
      if (!outcome.status().equals("done")) {
        return false;
      }
    }
    return true;
  }

  private static long seed(Trial trial) {
    return trial.recipe().seed();
  }
}
