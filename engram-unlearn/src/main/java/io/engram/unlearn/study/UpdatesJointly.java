package io.engram.unlearn.study;

import io.engram.core.EngramException;
import io.engram.model.LanguageModel;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Trainer;
import io.engram.model.train.WeightSnapshot;
import io.engram.unlearn.difficulty.UpdatesPredictor;
import io.engram.unlearn.order.SampleOrder;
import io.engram.unlearn.order.UniformOrder;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeSettings;
import io.engram.unlearn.run.Plan;
import io.engram.unlearn.run.Setup;
import io.engram.unlearn.run.UnlearningLoop;
import io.engram.unlearn.study.Criterion.Met;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.stream.IntStream;

/**
 * Unlearns all samples in one run, in uniform order with the recipe's batch, and counts, for each
 * sample, the updates of the run until it meets each criterion. After each update it scores the
 * samples that have not met all criteria. There is no retain term.
 *
 * <p>Epoch e goes through the samples in the order of stream (seed, "order", e, 0).
 */
final class UpdatesJointly {
  private final Recipe recipe;
  private final LanguageModel model;
  private final WeightSnapshot start;
  private final UpdatesPredictor predictor;
  private final Standings standings;
  private final List<Criterion> criteria;
  private final int epochs;
  private final Setup setup;

  /**
   * For a model at its starting point.
   *
   * @param predictor predicts each sample before the first update
   * @param epochs number of epochs after which to give up on criteria that are not met
   */
  UpdatesJointly(
      Recipe recipe,
      LanguageModel model,
      WeightSnapshot start,
      UpdatesPredictor predictor,
      List<Criterion> criteria,
      int epochs,
      Setup setup) {
    this.recipe = recipe;
    this.model = model;
    this.start = start;
    this.predictor = predictor;
    this.standings = new Standings(model);
    this.criteria = criteria;
    this.epochs = epochs;
    this.setup = setup;
  }

  /**
   * Unlearns the samples and then restores the model to its starting point.
   *
   * @param found receives each sample's outcome and index, once it has met all criteria or at the
   *     end
   * @throws EngramException if it is interrupted, since a joint run can't be resumed
   */
  void run(List<TokenizedSample> samples, ObjIntConsumer<Met.Outcome> found) {
    start.restore();
    try (Trainer trainer = RecipeSettings.trainer(model, recipe)) {
      new Run(trainer, samples, found).all();
    } finally {
      start.restore();
    }
  }

  /** Samples per update. */
  private int perUpdate(int samples) {
    return Math.min(samples, recipe.budget().batch() * recipe.budget().accumulate());
  }

  /** The state of a run. */
  private final class Run implements ForgetSequences.StudyCourse {
    private final Trainer trainer;
    private final List<TokenizedSample> samples;
    private final ObjIntConsumer<Met.Outcome> found;
    private final ForgetSequences sequences;
    private final List<UpdatesPredictor.Forecast> forecasts;
    private final List<Met> met;
    private int[] left;
    private int updates;

    /**
     * Mean |θ − θ_0| after the last update; NaN until needed, since it takes a pass over all
     * weights.
     */
    private double moved = Double.NaN;

    Run(Trainer trainer, List<TokenizedSample> samples, ObjIntConsumer<Met.Outcome> found) {
      this.trainer = trainer;
      this.samples = samples;
      this.found = found;
      this.sequences = new ForgetSequences(recipe.method(), model, samples);
      setup.progress().start("predicted updates", samples.size(), "samples");
      this.forecasts = new ArrayList<>();
      for (TokenizedSample sample : samples) {
        forecasts.add(predictor.together(List.of(sample)));
        setup.progress().advance(1);
      }
      setup.progress().finish();
      this.met = standings.each(samples).stream().map(now -> new Met(criteria, now)).toList();
      this.left = IntStream.range(0, samples.size()).toArray();
      handOver();
    }

    void all() {
      int step = perUpdate(samples.size());
      Plan plan = new Plan(samples.size(), step, epochs * ((samples.size() + step - 1) / step));
      setup.progress().start("unlearning jointly", plan.updates(), "updates");
      UnlearningLoop loop =
          new UnlearningLoop(
              recipe, new UniformOrder(false, SampleOrder.Pair.RANDOM), plan, trainer, this, 0);
      if (isInterrupted() || !loop.run()) {
        throw EngramException.usage(
            "Stopped after %d of at most %d updates. Run the same command to start the joint run over; the scores are kept."
                .formatted(updates, plan.updates()));
      }
      setup.progress().finish();
      for (int i : left) {
        found.accept(met.get(i).outcome(forecasts.get(i), this::moved), i);
      }
    }

    private double moved() {
      if (Double.isNaN(moved)) {
        moved = start.meanAbsoluteChange();
      }
      return moved;
    }

    @Override
    public List<TokenizedSample> samples() {
      return samples;
    }

    @Override
    public boolean hasEnded() {
      return left.length == 0;
    }

    @Override
    public UnlearningLoop.Batch batch(int epoch, int[] drawn, int firstDraw, int draws) {
      List<TokenizedSample> own = Arrays.stream(drawn).mapToObj(samples::get).toList();
      return new UnlearningLoop.Batch(sequences.of(own), own.size());
    }

    @Override
    public void made(UnlearningLoop.Update update) {
      updates = update.number();
      moved = Double.NaN;
      List<Criterion.Standing> now =
          standings.each(Arrays.stream(left).mapToObj(samples::get).toList());
      for (int i = 0; i < left.length; i++) {
        met.get(left[i]).look(updates, now.get(i), this::moved);
      }
      handOver();
      setup.progress().advance(1);
    }

    @Override
    public boolean isInterrupted() {
      return left.length > 0 && setup.interrupted().getAsBoolean();
    }

    /** Reports the samples that have met all criteria and keeps the others. */
    private void handOver() {
      for (int i : left) {
        if (met.get(i).all()) {
          found.accept(met.get(i).outcome(forecasts.get(i), this::moved), i);
        }
      }
      left = Arrays.stream(left).filter(i -> !met.get(i).all()).toArray();
    }
  }
}
