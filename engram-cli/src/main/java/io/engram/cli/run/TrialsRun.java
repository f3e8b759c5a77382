package io.engram.cli.run;

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
import io.engram.unlearn.run.Experiment.Outcome;
import io.engram.unlearn.run.RunMemory;
import io.engram.unlearn.run.Setup;
import io.engram.unlearn.run.Trials;
import io.engram.unlearn.run.Trials.Trial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The trials of recipes. Those that are done are kept, so that the same command resumes where it
 * was stopped.
 *
 * <p>Where there are at least as many trials as threads, and memory for them, trials run side by
 * side, a thread each: the products of small models keep two threads busy less than two models do.
 * How many run so depends on what is asked for, not on what is left, so that a resumed trial
 * computes as it did before.
 *
 * @param run how each is carried out
 */
public record TrialsRun(RecipeRun run) {
  /** All trials, then what they say together; the exit code. */
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

  /** One of them with its name among all. */
  private record Named(Trial trial, String name, String place) {}

  /**
   * Carries out what is left of several recipes' trials; false if it was stopped.
   *
   * @param all the first trial of the first is where the first ones of the others may take their
   *     evaluation before from, and the first of each is where its own others do
   */
  public boolean finish(List<Trials> all) {
    List<Named> firsts = new ArrayList<>();
    List<Named> others = new ArrayList<>();
    for (Trials trials : all) {
      List<Named> named = named(trials, all.size() > 1);
      firsts.add(named.get(0));
      others.addAll(named.subList(1, named.size()));
    }
    Interruption.watch(run.common().console());
    if (!areSideBySide(firsts.get(0), firsts.size() + others.size() - 1)) {
      return all.stream()
          .flatMap(trials -> named(trials, all.size() > 1).stream())
          .allMatch(one -> isFinished(one, Progress.shown(run.common().console())));
    }
    return isFinished(firsts.get(0), Progress.shown(run.common().console()))
        && sideBySide(firsts.subList(1, firsts.size()))
        && sideBySide(others);
  }

  /** Of several recipes the name says which. */
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
    Outcome outcome =
        status == null
            ? run.begin(trial.recipe(), trial.folder(), setup)
            : run.resume(trial.folder(), setup);
    boolean done = outcome.status().equals("done");
    if (done) {
      trial.discardCheckpoint();
    }
    return done;
  }
}
