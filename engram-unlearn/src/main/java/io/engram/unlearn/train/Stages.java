package io.engram.unlearn.train;

import io.engram.core.metric.UnlearningEfficiency;
import io.engram.core.run.RunFolder;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.train.Trainer;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeSettings;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The stages of one run, in order: before, training, after. Holds what they share. */
final class Stages {
  private final Recipe recipe;
  private final RunFolder folder;
  private final Setup setup;
  private final LanguageModel model;
  private final RunData data;
  private final RunState state;
  private final RunEvaluation evaluation;
  private final Stopping stopping;
  private final boolean checkpointed;

  /**
   * Of a run.
   *
   * @param checkpointed whether training computes layers again for their gradients
   */
  Stages(
      Recipe recipe,
      RunFolder folder,
      Setup setup,
      LanguageModel model,
      RunData data,
      RunState state,
      boolean checkpointed) {
    this.recipe = recipe;
    this.folder = folder;
    this.setup = setup;
    this.model = model;
    this.data = data;
    this.state = state;
    this.checkpointed = checkpointed;
    this.evaluation = new RunEvaluation(recipe, folder, setup, model, data);
    this.stopping = new Stopping(recipe.stop(), folder, setup, model, data, state);
  }

  /**
   * Carries out what is left of the run.
   *
   * @param begun when it began, System.nanoTime
   */
  Outcome run(long begun) {
    boolean forgets = recipe.method().forgets();
    if (!state.isResumed()) {
      evaluation.run("before");
    }
    ForgetAnswers answers = new ForgetAnswers(folder);
    double[] before = new double[0];
    if (forgets) {
      answers.ask("before", model, data, setup);
      before = logProbs();
    }
    stopping.begin();
    Plan plan = Plan.of(data.forget().size(), recipe.budget());
    try (StartingPoint start = new StartingPoint(recipe, setup, model, data, plan);
        Trainer trainer = RecipeSettings.trainer(model, recipe, start.scope(model), checkpointed)) {
      UpdateMaker maker = start.maker(model, before);
      state.restore(trainer);
      if (state.isResumed()) {
        folder.journal().write("resume", Map.of("update", state.updates()));
      }
      TrainingStage training =
          new TrainingStage(
              recipe, folder, setup, model, data, state, evaluation, stopping, trainer, maker);
      if (!training.run(plan)) {
        folder.journal().write("interrupt", Map.of());
        return outcome("interrupted", begun);
      }
      new Results(recipe, folder, model, data, evaluation.savedDtype()).save(trainer, state);
    }
    evaluation.run("after");
    if (forgets) {
      answers.ask("after", model, data, setup);
      evaluation.writeSamples(data, state, stopping, before, logProbs(), answers);
    }
    Outcome outcome = outcome("done", begun);
    Map<String, Object> stop = new LinkedHashMap<>();
    stop.put("reason", stopping.reason());
    stop.put("updates", outcome.updates());
    stop.putAll(stopping.told());
    if (stopping.hasEnded()) {
      RunCost cost = RunCost.of(folder.journal().read());
      stop.put("seconds_per_update", cost.perUpdate());
      stop.put("efficiency", UnlearningEfficiency.of(cost.updates(), cost.perUpdate()));
    }
    stop.put("seconds", outcome.seconds());
    folder.journal().write("stop", stop);
    return outcome;
  }

  private Outcome outcome(String status, long start) {
    return new Outcome(status, state.updates(), (System.nanoTime() - start) / 1e9);
  }

  /** Σ_t ℓ_t of each forget sample under the model as it is now. */
  private double[] logProbs() {
    setup.progress().start("log-probabilities", data.forget().size(), "samples");
    List<double[]> all = new Scorer(model).logProbs(data.forgetTokens(), setup.progress());
    setup.progress().finish();
    return all.stream().mapToDouble(l -> Arrays.stream(l).sum()).toArray();
  }
}
