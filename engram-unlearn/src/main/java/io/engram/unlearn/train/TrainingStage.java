package io.engram.unlearn.train;

import io.engram.core.EngramException;
import io.engram.core.run.RunFolder;
import io.engram.core.settings.Choices;
import io.engram.model.LanguageModel;
import io.engram.model.train.GradientRule;
import io.engram.model.train.LearningRate;
import io.engram.model.train.Trainer;
import io.engram.unlearn.recipe.Recipe;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;

/** The updates of a run: draw, accumulate, update, write down; a checkpoint after each epoch. */
record TrainingStage(
    Recipe recipe,
    RunFolder folder,
    Setup setup,
    LanguageModel model,
    RunData data,
    RunState state,
    RunEvaluation evaluation,
    Stopping stopping,
    Trainer trainer,
    UpdateMaker maker) {
  /** Makes the updates that are left; false if it was interrupted. */
  boolean run(Plan plan) {
    Draws order = new Draws(recipe, folder, data, setup);
    int[] draws = {};
    boolean drawn = false;
    while (state.updates() < plan.updates() && !stopping.hasEnded()) {
      int update = state.updates();
      int epoch = plan.epoch(update);
      if (!drawn) {
        draws = order.of(epoch, stopping.pool(), model);
        drawn = true;
        startProgress(plan, update, epoch);
      }
      int[] own = Arrays.copyOfRange(draws, plan.from(update), plan.to(update));
      step(plan, update, own);
      state.count(epoch, own, data.forget().size());
      setup.progress().advance(1);
      boolean epochEnds = state.updates() == plan.updates() || plan.startsEpoch(state.updates());
      boolean looks = stopping.isDue(plan, state.updates());
      boolean interrupted = setup.interrupted().getAsBoolean();
      drawn = !epochEnds && !looks;
      if (!drawn || interrupted) {
        setup.progress().finish();
        pause(plan, looks, epochEnds || interrupted, epochEnds ? epoch + 1 : 0);
      }
      if (interrupted && state.updates() < plan.updates() && !stopping.hasEnded()) {
        return false;
      }
    }
    return true;
  }

  /**
   * What is done between two updates.
   *
   * @param looks whether the stopping rule looks at the samples
   * @param saves whether a checkpoint is written in any case
   * @param epochs that have ended just now; 0: none has
   */
  private void pause(Plan plan, boolean looks, boolean saves, int epochs) {
    divergence().requireFiniteWeights();
    if (looks) {
      stopping.look();
    }
    if (saves || stopping.hasEnded()) {
      state.save(trainer);
      folder.journal().write("checkpoint", Map.of("update", state.updates()));
    }
    if (epochs > 0 && !stopping.hasEnded()) {
      evaluateEpoch(plan, epochs);
    }
  }

  private Divergence divergence() {
    return new Divergence(folder, data, state, trainer);
  }

  private void startProgress(Plan plan, int update, int epoch) {
    int left =
        Math.min(plan.updates() - update, plan.updatesPerEpoch() - update % plan.updatesPerEpoch());
    String what =
        String.format(
            Locale.ROOT,
            "%s, epoch %d of %d",
            Choices.nameOf(recipe.method()),
            epoch + 1,
            plan.epochs());
    setup.progress().start(what, left, "updates");
  }

  private void step(Plan plan, int update, int[] draws) {
    long start = System.nanoTime();
    UpdateMaker.Update made = maker.make(plan.epoch(update), draws, plan.from(update));
    double[] losses = accumulate(made);
    double forget = Arrays.stream(losses, 0, made.forgotten()).sum();
    double retain = Arrays.stream(losses, made.forgotten(), losses.length).sum();
    double rate = LearningRate.at(recipe.optimizer().settings(), update, plan.updates());
    divergence().requireFinite(update, draws, losses);
    double norm = update(update, rate, made, retain, draws);
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("update", update + 1);
    fields.put("epoch", plan.epoch(update));
    fields.put("loss", forget + retain);
    fields.put("forget_loss", forget);
    fields.put("retain_loss", retain);
    fields.put("gradient_norm", norm);
    fields.put("learning_rate", rate * trainer.stretch());
    fields.put("seconds", (System.nanoTime() - start) / 1e9);
    folder.journal().write("update", fields);
  }

  private double[] accumulate(UpdateMaker.Update made) {
    GradientRule rule = maker.method().gradientRule();
    if (rule == null) {
      return trainer.accumulate(made.sequences());
    }
    double[] forget = trainer.accumulate(made.forget());
    trainer.setAside();
    double[] retain = trainer.accumulate(made.retain());
    trainer.combine(rule);
    return DoubleStream.concat(Arrays.stream(forget), Arrays.stream(retain)).toArray();
  }

  private boolean fits(int update) {
    int every = recipe.method().fitUpdates();
    return every > 0 && update % every == 0;
  }

  private double update(
      int update, double rate, UpdateMaker.Update made, double retain, int[] draws) {
    try {
      return fits(update)
          ? trainer.fittedUpdate(rate, made.retain(), retain)
          : trainer.update(rate);
    } catch (EngramException e) {
      throw divergence().at(String.valueOf(e.getMessage()), draws);
    }
  }

  private void evaluateEpoch(Plan plan, int epochs) {
    int every = recipe.eval().everyEpochs();
    if (every > 0 && epochs % every == 0 && state.updates() < plan.updates()) {
      evaluation.run(String.format(Locale.ROOT, "epoch-%03d", epochs));
    }
  }
}
