package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.metric.UnlearningEfficiency;
import io.engram.core.run.CheckpointFolder;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.run.RunFolder;
import io.engram.model.LanguageModel;
import io.engram.model.group.WorkerGroup;
import io.engram.model.memory.MemoryNeed;
import io.engram.model.score.Scorer;
import io.engram.model.train.Trainer;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeSettings;
import io.engram.unlearn.recipe.RecipeWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs one experiment from recipe to results: opens the model, evaluates it, unlearns (or
 * fine-tunes) with {@link UnlearningLoop}, evaluates again, and writes everything to the run
 * folder.
 */
public final class Experiment {
  private final Recipe recipe;
  private final RunFolder folder;
  private final Setup setup;

  private Experiment(Recipe recipe, RunFolder folder, Setup setup) {
    this.recipe = recipe;
    this.folder = folder;
    this.setup = setup;
  }

  /**
   * How a run ended.
   *
   * @param status {@code done}, or {@code interrupted} if it can be resumed
   * @param updates total updates made
   * @param seconds from start (or resumption) to end
   */
  public record Outcome(String status, int updates, double seconds) {}

  /**
   * Runs a recipe in a new run folder.
   *
   * @throws EngramException if the recipe can't be run or training diverges
   */
  public static Outcome run(Recipe recipe, RunFolder folder, Setup setup) {
    if (recipe.trials() != 1) {
      throw EngramException.usage(
          "trials: "
              + recipe.trials()
              + ": Experiment runs a single trial; use Trials to run several.");
    }
    boolean open = recipe.optimizer().learningRate() == 0 || recipe.method().otherWords() == 0;
    Recipe own = open ? settled(recipe, folder, setup) : recipe;
    folder.writeRecipe(RecipeWriter.yaml(own));
    return new Experiment(own, folder, setup).carryOut(false);
  }

  /**
   * The recipe with what it leaves open; if that is the learning rate, found by rehearsing, the
   * plan goes to the run folder.
   */
  private static Recipe settled(Recipe recipe, RunFolder folder, Setup setup) {
    RunMemory.of(recipe, setup).requireRehearsal();
    try (LanguageModel model =
        LanguageModel.open(recipe.model().path(), setup.modelOptions(recipe))) {
      if (recipe.optimizer().learningRate() != 0) {
        return OtherWords.settled(recipe, model, RunData.load(recipe, model.samples()));
      }
      Forecast forecast = Forecast.of(recipe, setup, model);
      JsonFiles.write(folder.path().resolve(ForgetPlan.FILE), forecast.plan(null));
      return forecast.recipe();
    }
  }

  /**
   * Resumes an interrupted run. The result equals that of an uninterrupted run, bit for bit.
   *
   * @throws EngramException if the run is already done or can't be resumed
   */
  public static Outcome resume(RunFolder folder, Recipe.Kind kind, Setup setup) {
    if (folder.manifest().status().equals("done")) {
      throw EngramException.usage(
          folder.path() + " is a finished run; there is nothing to resume.");
    }
    Recipe recipe =
        RecipeReader.resolved(folder.recipe(), List.of(), kind, folder.path() + "/recipe.yaml");
    return new Experiment(recipe, folder, setup).carryOut(true);
  }

  /**
   * Records in a new run folder that a recipe was not run, since its model has nothing to forget.
   */
  public static void leaveOut(Recipe recipe, RunFolder folder, Setup setup) {
    try (LanguageModel model =
        LanguageModel.open(recipe.model().path(), setup.modelOptions(recipe))) {
      Manifest manifest = Manifests.start(recipe, model, setup);
      folder.writeRecipe(RecipeWriter.yaml(recipe));
      folder.journal().write("start", Map.of("recipe", Manifests.recipeHash(recipe)));
      folder.writeManifest(Manifests.end(manifest, "done"));
    }
  }

  /**
   * A run in which other processes assist.
   *
   * @param folder the leader's run folder
   * @param resumed whether the leader continues from its checkpoint
   * @param checkpointed whether the leader computes layers again to save memory
   */
  public record Assisted(Path folder, Recipe.Kind kind, boolean resumed, boolean checkpointed) {
    String text() {
      return "%s %s %s %s".formatted(kind, resumed, checkpointed, folder.toAbsolutePath());
    }

    /** From what the leader of the group announced. */
    public static Assisted of(String announced) {
      String[] words = announced.split(" ", 4);
      return new Assisted(
          Path.of(words[3]),
          Recipe.Kind.valueOf(words[0]),
          Boolean.parseBoolean(words[1]),
          Boolean.parseBoolean(words[2]));
    }
  }

  /**
   * Takes part in a run that another process leads, until its last update; writes nothing to its
   * folder.
   *
   * @param scratch a folder for this process's own journal
   * @param setup with the group of both
   */
  public static void assist(Assisted run, RunFolder scratch, Setup setup) {
    RunFolder leading = RunFolder.read(run.folder());
    Recipe recipe =
        RecipeReader.resolved(
            leading.recipe(), List.of(), run.kind(), leading.path() + "/recipe.yaml");
    Experiment own = new Experiment(recipe, scratch, setup);
    RunMemory memory = RunMemory.of(recipe, setup);
    try (LanguageModel model =
        LanguageModel.open(recipe.model().path(), setup.modelOptions(recipe))) {
      RunData data = own.withAlternatives(RunData.load(recipe, model.samples()), leading);
      RunState state = RunState.open(leading, data, run.resumed(), warning -> {});
      // On the leader's machine its model is open, so what is free here says less than it knew.
      boolean alone = setup.group().together() == 1;
      boolean checkpointed =
          run.checkpointed() || (alone && memory.mustCheckpoint(data, setup.group()));
      Stopping stopping = new Stopping(recipe, scratch, setup, model, data, state);
      List<double[]> before = recipe.method().forgets() ? own.logProbs(model, data) : List.of();
      stopping.begin();
      MeasuredDifficulty difficulty = new MeasuredDifficulty(recipe, leading, data, setup);
      own.train(
          model,
          new RunEvaluation(recipe, scratch, setup, model, data),
          data,
          state,
          stopping,
          difficulty,
          before,
          memory,
          checkpointed,
          trainer -> {});
    }
  }

  private Outcome carryOut(boolean resumed) {
    long start = System.nanoTime();
    requireMeasurable();
    RunMemory memory = RunMemory.of(recipe, setup);
    memory.require();
    requireMemoryOfAll(memory);
    try (LanguageModel model =
        LanguageModel.open(recipe.model().path(), setup.modelOptions(recipe))) {
      Results.requireWritable(recipe, model);
      RunData loaded = RunData.load(recipe, model.samples());
      WrittenAlternatives written = written(model, loaded);
      Manifest manifest = Manifests.start(recipe, model, setup);
      if (resumed) {
        Manifests.requireSameFiles(folder, manifest);
      } else {
        requireSameFilesBeside(manifest);
        folder.writeManifest(manifest);
        folder.journal().write("start", Map.of("recipe", Manifests.recipeHash(recipe)));
      }
      if (written != null) {
        written.write(alternatives(folder));
        note(written.told());
      }
      RunData data = withAlternatives(loaded, folder);
      RunState state = RunState.open(folder, data, resumed, this::warn);
      boolean checkpointed = memory.mustCheckpoint(data, setup.group());
      setup
          .group()
          .announce(new Assisted(folder.path(), recipe.kind(), resumed, checkpointed).text());
      noteMemory(memory, checkpointed);
      if (!resumed) {
        noteSmallSet(data);
      }
      Outcome outcome = stages(model, data, state, memory, checkpointed, start);
      folder.writeManifest(Manifests.end(folder.manifest(), outcome.status()));
      if (outcome.status().equals("done")) {
        Keeping.discardBest(folder);
        new CheckpointFolder(folder.path()).discardBefore();
      }
      return outcome;
    } catch (RuntimeException e) {
      fail(e);
      throw e instanceof WorkerGroup.Lost ? lost(e) : e;
    }
  }

  /** Lets the model write other answers; null if the method needs none, or they are there. */
  private @Nullable WrittenAlternatives written(LanguageModel model, RunData data) {
    return recipe.method().sampledAlternatives() == 0 || Files.exists(alternatives(folder))
        ? null
        : WrittenAlternatives.of(recipe, model, data, setup.progress());
  }

  private static Path alternatives(RunFolder run) {
    return run.path().resolve(WrittenAlternatives.FILE);
  }

  /** The data with the other answers that the model wrote into a run folder, if it was to. */
  private RunData withAlternatives(RunData data, RunFolder run) {
    return recipe.method().sampledAlternatives() == 0
        ? data
        : data.with(Alternatives.read(alternatives(run).toString(), data.forget(), recipe.seed()));
  }

  private EngramException lost(RuntimeException lost) {
    String state =
        Files.exists(folder.checkpoint())
            ? "checkpoint/ holds the weights before the update that it interrupted, or those of an earlier epoch."
            : "No checkpoint had been written yet.";
    return EngramException.resources(
        "%s\n%s\nTo go on, with any number of workers: engram %s --resume %s"
            .formatted(
                lost.getMessage(),
                state,
                recipe.kind().name().toLowerCase(Locale.ROOT),
                folder.path()),
        lost);
  }

  private void requireMemoryOfAll(RunMemory memory) {
    WorkerGroup group = setup.group();
    if (group.sharesState() && !memory.hasState()) {
      throw EngramException.usage(
          "--shard-optimizer: this optimizer has no state to share (optimizer.name = sgd, optimizer.momentum = 0).\nLeave it out.");
    }
    if (group.size() > 1 && !setup.ignoreMemory() && !memory.fits(group)) {
      String share =
          group.sharesState() || !memory.hasState() ? "" : " --shard-optimizer saves memory;";
      throw EngramException.resources(
          "--workers %d: those on this machine need about %s. For one: %s\nUse fewer workers;%s --ignore-memory starts all the same."
              .formatted(group.size(), MemoryNeed.gib(memory.bytes(group)), memory.text(), share),
          null);
    }
  }

  /**
   * Runs the remaining stages in order: evaluation before, training, evaluation after.
   *
   * @param memory as it was before the model was opened
   * @param checkpointed whether training recomputes layers in the backward pass to save memory
   * @param begun start time, System.nanoTime
   */
  private Outcome stages(
      LanguageModel model,
      RunData data,
      RunState state,
      RunMemory memory,
      boolean checkpointed,
      long begun) {
    RunEvaluation evaluation = new RunEvaluation(recipe, folder, setup, model, data);
    Stopping stopping = new Stopping(recipe, folder, setup, model, data, state);
    boolean forgets = recipe.method().forgets();
    if (!state.isResumed()) {
      evaluation.run("before");
    }
    ForgetAnswers answers = new ForgetAnswers(folder);
    List<double[]> before = List.of();
    if (forgets) {
      answers.ask("before", model, data, setup);
      before = logProbs(model, data);
    }
    stopping.begin();
    MeasuredDifficulty difficulty = new MeasuredDifficulty(recipe, folder, data, setup);
    difficulty.rehearse(model);
    boolean finished =
        train(
            model,
            evaluation,
            data,
            state,
            stopping,
            difficulty,
            before,
            memory,
            checkpointed,
            trainer ->
                new Results(recipe, folder, model, data, evaluation.savedDtype())
                    .save(trainer, state));
    if (!finished) {
      folder.journal().write("interrupt", Map.of());
      return outcome("interrupted", state, begun);
    }
    evaluation.run("after");
    if (forgets) {
      answers.ask("after", model, data, setup);
      evaluation.writeSamples(
          data, state, stopping, sums(before), sums(logProbs(model, data)), answers);
    }
    Outcome outcome = outcome("done", state, begun);
    Map<String, Object> stop = new LinkedHashMap<>();
    stop.put("reason", stopping.reason());
    stop.put("updates", outcome.updates());
    stop.putAll(stopping.told());
    if (stopping.isMet()) {
      RunCost cost = RunCost.of(folder.journal().read());
      stop.put("seconds_per_update", cost.perUpdate());
      stop.put("efficiency", UnlearningEfficiency.of(cost.updates(), cost.perUpdate()));
    }
    stop.put("seconds", outcome.seconds());
    folder.journal().write("stop", stop);
    return outcome;
  }

  /**
   * Makes the run's updates.
   *
   * @param memory as it was before the model was opened
   * @param ended given the trainer with the weights that the run leaves
   * @return false if it was interrupted
   */
  private boolean train(
      LanguageModel model,
      RunEvaluation evaluation,
      RunData data,
      RunState state,
      Stopping stopping,
      MeasuredDifficulty difficulty,
      List<double[]> before,
      RunMemory memory,
      boolean checkpointed,
      Consumer<Trainer> ended) {
    Plan plan = Plan.of(data.forget().size(), recipe.budget());
    WorkerGroup group = setup.group();
    try (StartingPoint start = new StartingPoint(recipe, setup, model, data, plan);
        Trainer trainer =
            RecipeSettings.trainer(model, recipe, start.scope(model), checkpointed, group);
        Keeping keeping = keeping(model, data, state, memory.leaves(trainer.weightBytes()))) {
      Batches batches = start.batches(model, before);
      state.restore(trainer);
      keeping.begin(trainer, stopping.left(), stopping.known());
      if (state.isResumed()) {
        folder.journal().write("resume", Map.of("update", state.updates()));
      }
      SampleWeights weights =
          new SampleWeights(recipe, data, state, stopping, difficulty, model, before, group);
      boolean fits = !group.any(!memory.leaves(2 * trainer.weightBytes()));
      EasingBack easing =
          new EasingBack(recipe, setup, folder, state, stopping, keeping, trainer, fits);
      RunCourse course =
          new RunCourse(
              recipe,
              folder,
              setup,
              data,
              state,
              evaluation,
              stopping,
              keeping,
              trainer,
              batches,
              weights,
              easing,
              plan);
      boolean finished =
          new UnlearningLoop(recipe, recipe.order(), plan, trainer, course, state.updates()).run();
      course.ends();
      if (finished && group.leads()) {
        keeping.restoreBest(trainer).ifPresent(stopping::leaves);
        ended.accept(trainer);
      }
      return finished;
    }
  }

  private Keeping keeping(LanguageModel model, RunData data, RunState state, boolean inMemory) {
    return new Keeping(
        recipe.method().retainBound(),
        recipe.stop().keep(),
        folder,
        model,
        data.heldTokens(),
        state,
        setup.group(),
        inMemory);
  }

  private static Outcome outcome(String status, RunState state, long start) {
    return new Outcome(status, state.updates(), (System.nanoTime() - start) / 1e9);
  }

  /** ℓ_t of each forget sample under the current model. */
  private List<double[]> logProbs(LanguageModel model, RunData data) {
    setup.progress().start("log-probabilities", data.forget().size(), "samples");
    List<double[]> all = new Scorer(model).logProbs(data.forgetTokens(), setup.progress());
    setup.progress().finish();
    return all;
  }

  private static double[] sums(List<double[]> all) {
    return all.stream().mapToDouble(l -> Arrays.stream(l).sum()).toArray();
  }

  /** A run has no retrained model, and a retain set only where its loss is minimised. */
  private void requireMeasurable() {
    DifficultyScore score = recipe.order().estimator();
    if (score == null) {
      return;
    }
    String named = "order.estimator.name = " + score.name();
    if (score.needs().contains(DifficultyScore.Need.RETRAINED_MODEL)) {
      throw EngramException.usage(
          named
              + ": needs a retrained model, which a run doesn't have.\n"
              + "Measure it with engram mrd --retrained MODEL, or choose another score.");
    }
    boolean retains = !recipe.retain().isEmpty() && recipe.method().retainWeight() > 0;
    if (score.needs().contains(DifficultyScore.Need.RETAIN_SET) && !retains) {
      throw EngramException.usage(
          named
              + ": needs samples to keep.\n"
              + "Set retain.data and method.retain_weight above 0, or choose another score.");
    }
  }

  private void requireSameFilesBeside(Manifest manifest) {
    for (Path sibling : setup.siblings()) {
      Siblings.Sibling.in(sibling, recipe)
          .ifPresent(other -> other.requireSameFiles(folder.path(), manifest));
    }
  }

  private void noteMemory(RunMemory memory, boolean checkpointed) {
    if (!memory.text().isEmpty()) {
      String again = checkpointed ? " Training recomputes layers in the backward pass." : "";
      folder.journal().write("note", Map.of("text", memory.text() + again));
    }
  }

  private void warn(String text) {
    folder.journal().write("warning", Map.of("text", text));
    setup.progress().say(text);
  }

  private void noteSmallSet(RunData data) {
    int batch = recipe.budget().batch() * recipe.budget().accumulate();
    int size = data.forget().size();
    if (size < batch) {
      String text =
          "%s has %d samples, fewer than a batch of %d (budget.batch × budget.accumulate): each epoch is one update."
              .formatted(recipe.method().forgets() ? "forget.data" : "train.data", size, batch);
      note(text);
    }
  }

  private void note(String text) {
    folder.journal().write("note", Map.of("text", text));
    setup.progress().say(text);
  }

  private void fail(RuntimeException failure) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("message", String.valueOf(failure.getMessage()));
    fields.put("trace", List.of(failure.getStackTrace()).stream().map(String::valueOf).toList());
    folder.journal().write("failure", fields);
    if (Files.exists(folder.path().resolve("manifest.json"))) {
      folder.writeManifest(Manifests.end(folder.manifest(), "failed"));
    }
  }
}
