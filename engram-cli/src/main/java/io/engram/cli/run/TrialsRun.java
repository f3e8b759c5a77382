package io.engram.cli.run;

import io.engram.cli.option.SparkChoice;
import io.engram.cli.output.Console;
import io.engram.cli.output.MeasurementText;
import io.engram.cli.progress.Interruption;
import io.engram.cli.progress.Progress;
import io.engram.core.ProgressListener;
import io.engram.core.run.TrialSummary;
import io.engram.model.tensor.Torch;
import io.engram.model.tensor.Workers;
import io.engram.report.Report;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.run.RunMemory;
import io.engram.unlearn.run.Setup;
import io.engram.unlearn.run.TrialRunner;
import io.engram.unlearn.run.Trials;
import io.engram.unlearn.run.Trials.Trial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Runs the trials of recipes. Finished trials are kept, so that the same command resumes where it
 * was stopped.
 *
 * <p>If there are at least as many trials as threads, and enough memory, trials run in parallel
 * with one thread each: for small models, two models keep two threads busier than one model does.
 * The number of parallel trials depends on the trials requested, not on those that remain, so a
 * resumed trial computes as it did before.
 *
 * @param run how to run each trial
 * @param spark where
 */
public record TrialsRun(RecipeRun run, SparkChoice spark) {
  /** Runs all trials, then prints their summary. Returns the exit code. */
  public int carryOut(Trials trials) {
    Console console = run.common().console();
    if (!finish(List.of(trials))) {
      console.message("Stopped. To resume: " + run.resumeCommand(trials.folder()));
      return Interruption.EXIT_CODE;
    }
    List<TrialSummary> summary = trials.summarize();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("trials", trials.all().stream().map(trial -> trial.folder().toString()).toList());
    json.put("measurements", summary);
    console.result(json, MeasurementText.ofTrials(summary));
    if (run.kind() == Recipe.Kind.UNLEARN) {
      Path page = trials.folder().resolve("report.html");
      Report.write(trials.all().stream().map(Trial::folder).toList(), page);
      console.message("Report of all trials: " + page);
    }
    return 0;
  }

  /** A trial with its name among all trials. */
  private record Named(Trial trial, String name, String place) {}

  /**
   * Runs the remaining trials of several recipes; false if it was stopped.
   *
   * @param all the trials of each recipe. The first trial of the first recipe provides the
   *     evaluation before for the first trials of the other recipes, and the first trial of each
   *     recipe for its other trials
   */
  public boolean finish(List<Trials> all) {
    List<Named> firsts = new ArrayList<>();
    List<Named> others = new ArrayList<>();
    List<List<Named>> named = all.stream().map(trials -> named(trials, all.size() > 1)).toList();
    named.forEach(own -> firsts.add(own.get(0)));
    // Seed after seed, so that a stopped call leaves pairs.
    int most = named.stream().mapToInt(List::size).max().orElse(0);
    for (int trial = 1; trial < most; trial++) {
      for (List<Named> own : named) {
        if (trial < own.size()) {
          others.add(own.get(trial));
        }
      }
    }
    Interruption.watch(run.common().console());
    if (spark.asked() && run.group().isAlone()) {
      return onSpark(firsts, others);
    }
    if (!areSideBySide(firsts.get(0), firsts.size() + others.size() - 1)) {
      return Stream.concat(firsts.stream(), others.stream())
          .allMatch(one -> isFinished(one, Progress.shown(run.common().console())));
    }
    return isFinished(firsts.get(0), Progress.shown(run.common().console()))
        && sideBySide(firsts.subList(1, firsts.size()))
        && sideBySide(others);
  }

  /** Each trial is a task; what has to be there for the others comes first. */
  private boolean onSpark(List<Named> firsts, List<Named> others) {
    List<List<Named>> stages =
        Stream.of(firsts.subList(0, 1), firsts.subList(1, firsts.size()), others)
            .map(stage -> stage.stream().filter(one -> !one.trial().isDone()).toList())
            .filter(stage -> !stage.isEmpty())
            .toList();
    int left = stages.stream().mapToInt(List::size).sum();
    if (left == 0) {
      return true;
    }
    Console console = run.common().console();
    console.message("%d of %d trials left".formatted(left, firsts.size() + others.size()));
    Setup setup = run.setup(List.of(), ProgressListener.NONE);
    RunMemory memory = RunMemory.of(firsts.get(0).trial().recipe(), setup);
    ProgressListener progress = Progress.shown(console);
    try (TrialRunner.Running running = spark.trials(memory, run.common())) {
      progress.start("trials", left, "trials");
      return stages.stream()
          .allMatch(
              stage ->
                  running.carryOut(
                      stage.stream()
                          .map(one -> TrialRunner.Work.of(one.name(), one.trial(), setup))
                          .toList(),
                      progress));
    } finally {
      progress.finish();
    }
  }

  /** Names the trials; if there are several recipes, the name includes the recipe's folder. */
  private static List<Named> named(Trials trials, boolean among) {
    List<Named> named = new ArrayList<>();
    for (Trial trial : trials.all()) {
      String which =
          "Trial %d of %d, seed %d"
              .formatted(named.size() + 1, trials.all().size(), trial.recipe().seed());
      Path parent = trials.folder().getParent();
      Path shown = among && parent != null ? parent.relativize(trial.folder()) : trial.folder();
      named.add(
          new Named(
              trial,
              among ? trials.folder() + ": " + which : which,
              among ? shown.toString() : String.valueOf(trial.folder().getFileName())));
    }
    return named;
  }

  private boolean areSideBySide(Named first, int rest) {
    if (!run.group().isAlone()) {
      return false;
    }
    Setup setup = run.setup(List.of(), ProgressListener.NONE);
    Torch.threads(setup.threads());
    int threads = Workers.threads(setup.device());
    return threads > 1
        && rest >= threads
        && RunMemory.of(first.trial().recipe(), setup).fits(threads);
  }

  private boolean sideBySide(List<Named> trials) {
    Console console = run.common().console();
    AtomicBoolean stopped = new AtomicBoolean();
    Workers.run(
        trials.size(),
        run.setup(List.of(), ProgressListener.NONE).device(),
        i -> {
          Named one = trials.get(i);
          try {
            if (Interruption.requested()
                || !isFinished(one, Progress.among(console, one.place()))) {
              stopped.set(true);
            }
          } catch (RuntimeException e) {
            console.message(one.name() + " failed; no further trials are started.");
            throw e;
          }
        });
    return !stopped.get();
  }

  private boolean isFinished(Named one, ProgressListener progress) {
    Console console = run.common().console();
    Trial trial = one.trial();
    String status = trial.status();
    if (trial.isDone()) {
      console.message(one.name() + ": already done");
      return true;
    }
    console.message(one.name());
    Setup setup = run.setup(trial.siblings(), progress);
    if (status == null) {
      run.announce(trial.recipe(), trial.folder(), setup);
    }
    return trial.carryOut(setup).status().equals("done");
  }
}
