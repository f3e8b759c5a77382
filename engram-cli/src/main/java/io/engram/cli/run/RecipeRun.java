package io.engram.cli.run;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.SparkChoice;
import io.engram.cli.output.Console;
import io.engram.cli.output.MeasurementText;
import io.engram.cli.progress.Interruption;
import io.engram.cli.progress.Progress;
import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.core.run.UnstartedRun;
import io.engram.model.group.WorkerGroup;
import io.engram.report.Report;
import io.engram.unlearn.eval.suites.Suites;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.Experiment;
import io.engram.unlearn.run.Experiment.Outcome;
import io.engram.unlearn.run.RunMemory;
import io.engram.unlearn.run.Setup;
import io.engram.unlearn.run.Trials;
import io.engram.unlearn.run.WorkerRunner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import tools.jackson.databind.JsonNode;

/**
 * Runs a recipe in a run folder, from the start or from where it was stopped.
 *
 * @param kind whether the recipe unlearns or fine-tunes
 * @param common how to run the computation
 * @param group the processes that make the run together
 */
public record RecipeRun(Recipe.Kind kind, CommonOptions common, WorkerGroup group) {
  /** By this process alone. */
  public RecipeRun(Recipe.Kind kind, CommonOptions common) {
    this(kind, common, WorkerGroup.ALONE);
  }

  /** Starts or resumes a run, as the arguments say, with as many processes as they say. */
  public int carryOut(RunArguments arguments) {
    arguments.resumed(common); // A mistake is told before workers start.
    int workers = arguments.workers(common);
    ToIntFunction<WorkerGroup> command =
        joined -> new RecipeRun(kind, common, joined).carriedOut(arguments);
    if (workers == 1) {
      return carriedOut(arguments);
    }
    SparkChoice spark = arguments.spark(common);
    return spark.asked()
        ? onSpark(arguments, spark, workers, command)
        : WorkerProcesses.carryOut(common, workers, arguments.shardsOptimizer(), command);
  }

  /** Leads workers on Spark. */
  private int onSpark(
      RunArguments arguments, SparkChoice spark, int workers, ToIntFunction<WorkerGroup> command) {
    Path resumed = arguments.resumed(common);
    Recipe recipe =
        resumed == null ? recipe(arguments, message -> {}) : Trials.recipeIn(resumed, kind);
    RunMemory memory = RunMemory.of(recipe, setup(List.of(), ProgressListener.NONE));
    try (WorkerRunner.Running running =
        spark.workers(memory, workers, arguments.shardsOptimizer(), common)) {
      return command.applyAsInt(running.group());
    } catch (WorkerGroup.Lost e) {
      throw EngramException.resources(String.valueOf(e.getMessage()), e);
    }
  }

  private Recipe recipe(RunArguments arguments, Consumer<String> messages) {
    return RecipeReader.read(arguments.recipeFile(), arguments.overrides(common), kind, messages);
  }

  private int carriedOut(RunArguments arguments) {
    Path resumed = arguments.resumed(common);
    if (resumed != null) {
      return Trials.areIn(resumed)
          ? new TrialsRun(this, arguments.spark(common))
              .carryOut(Trials.of(Trials.recipeIn(resumed, kind), resumed))
          : shown(resumed, unreported(resumed).orElseGet(() -> resume(resumed)));
    }
    Recipe recipe = recipe(arguments, common.console()::message);
    Path folder = arguments.folder();
    SparkChoice spark = arguments.spark(common);
    if (recipe.trials() > 1) {
      Suites.of(recipe.eval());
      return new TrialsRun(this, spark).carryOut(Trials.of(recipe, folder));
    }
    if (spark.asked() && group.isAlone()) {
      throw common.mistake(
          "--spark makes trials side by side, and this is one run: add trials=5, or --workers N for N processes that make it together");
    }
    return shown(folder, start(recipe, folder, List.of()));
  }

  /** The outcome of a finished run that was stopped before its report was written. */
  private Optional<Outcome> unreported(Path folder) {
    if (kind != Recipe.Kind.UNLEARN || Files.exists(folder.resolve("report.html"))) {
      return Optional.empty();
    }
    try (RunFolder run = RunFolder.read(folder)) {
      return run.manifest().status().equals("done")
          ? run.journal().read().stream()
              .filter(event -> event.path("event").asString("").equals("stop"))
              .map(
                  event ->
                      new Outcome(
                          "done",
                          event.path("updates").asInt(0),
                          JsonFiles.number(event.path("seconds"))))
              .findFirst()
          : Optional.empty();
    }
  }

  /** Starts a run. If it fails before the folder holds a run, the folder is deleted again. */
  public Outcome start(Recipe recipe, Path folder, List<Path> siblings) {
    Interruption.watch(common.console());
    Setup setup = setup(siblings, Progress.shown(common.console()));
    announce(recipe, folder, setup);
    UnstartedRun unstarted = UnstartedRun.of(folder);
    try (RunFolder opened = RunFolder.create(folder)) {
      return Experiment.run(recipe, opened, setup);
    } finally {
      unstarted.removeIfNoRun();
    }
  }

  /** Says where a run goes and what memory it takes. */
  void announce(Recipe recipe, Path folder, Setup setup) {
    Suites.of(recipe.eval());
    common.console().message("Run folder: " + folder);
    String memory = RunMemory.of(recipe, setup).text();
    if (!memory.isEmpty()) {
      common.console().message(memory);
    }
  }

  /** Resumes a run with its own recipe. */
  public Outcome resume(Path folder) {
    Interruption.watch(common.console());
    Setup setup = setup(List.of(), Progress.shown(common.console()));
    try (RunFolder opened = RunFolder.resume(folder)) {
      return Experiment.resume(opened, Recipe.Kind.of(opened.recipe()), setup);
    }
  }

  /** The command that resumes a run. */
  String resumeCommand(Path folder) {
    return "engram %s --resume %s".formatted(kind.name().toLowerCase(Locale.ROOT), folder);
  }

  /**
   * The setup of a run.
   *
   * @param siblings runs whose identical results can be reused
   */
  Setup setup(List<Path> siblings, ProgressListener progress) {
    return common.setup(progress).beside(siblings).with(group);
  }

  private int shown(Path folder, Outcome outcome) {
    Console console = common.console();
    List<Measurement> measurements;
    Optional<String> stop;
    try (RunFolder run = RunFolder.read(folder)) {
      measurements = run.measurements();
      stop = stop(run.journal().read());
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("run", folder.toString());
    json.put("status", outcome.status());
    json.put("updates", outcome.updates());
    json.put("seconds", outcome.seconds());
    json.put("measurements", measurements);
    console.result(json, MeasurementText.byStage(measurements));
    if (outcome.status().equals("interrupted")) {
      console.message(
          "Stopped after update %d. To resume: %s"
              .formatted(outcome.updates(), resumeCommand(folder)));
      return Interruption.EXIT_CODE;
    }
    if (kind == Recipe.Kind.UNLEARN) {
      Report.write(List.of(folder), folder.resolve("report.html"));
    }
    stop.ifPresent(console::message);
    console.message(
        "%d updates in %.0f s; %s".formatted(outcome.updates(), outcome.seconds(), folder));
    return 0;
  }

  /**
   * The outcome of a stopping rule that checks the samples, from a run's journal.
   *
   * @return empty if the run has not ended or no rule checked the samples
   */
  static Optional<String> stop(List<JsonNode> events) {
    return events.stream()
        .filter(event -> event.path("event").asString("").equals("stop"))
        .filter(event -> event.has("forgotten"))
        .reduce((earlier, later) -> later)
        .map(RecipeRun::text);
  }

  private static String text(JsonNode stop) {
    String reason = stop.path("reason").asString("");
    String by = reason.equals("budget") ? "its budget" : "stop.rule = " + reason;
    return "Ended by %s after %d updates: %d of %d samples are forgotten"
        .formatted(
            by,
            stop.path("updates").asInt(0),
            stop.path("forgotten").asInt(0),
            stop.path("samples").asInt(0));
  }
}
