package io.engram.unlearn.study;

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
import io.engram.unlearn.run.UnlearningLoop;
import io.engram.unlearn.study.Criterion.Met;
import java.util.List;

/**
 * Unlearns samples from the same starting point until every criterion is met, and counts the
 * updates. Each update uses all given samples: one, or a group such as the paper's 40. There is no
 * retain term.
 *
 * <p><b>Source:</b> section 4.2, "Differences in Unlearning Difficulty" and "Effectiveness of MRD".
 */
final class UpdatesNeeded {
  private final Recipe recipe;
  private final LanguageModel model;
  private final WeightSnapshot start;
  private final UpdatesPredictor predictor;
  private final Standings standings;
  private final List<Criterion> criteria;
  private final int most;

  /**
   * For a model at its starting point.
   *
   * @param predictor predicts the samples before the first update
   * @param most number of updates after which to give up on a criterion that is not met
   */
  UpdatesNeeded(
      Recipe recipe,
      LanguageModel model,
      WeightSnapshot start,
      UpdatesPredictor predictor,
      List<Criterion> criteria,
      int most) {
    this.recipe = recipe;
    this.model = model;
    this.start = start;
    this.predictor = predictor;
    this.standings = new Standings(model);
    this.criteria = criteria;
    this.most = most;
  }

  /** Unlearns the samples together and then restores the model to its starting point. */
  Met.Outcome of(List<TokenizedSample> samples) {
    start.restore();
    try (Trainer trainer = RecipeSettings.trainer(model, recipe)) {
      return run(trainer, samples);
    } finally {
      start.restore();
    }
  }

  private Met.Outcome run(Trainer trainer, List<TokenizedSample> samples) {
    UpdatesPredictor.Forecast forecast = predictor.together(samples);
    Met met = new Met(criteria, standings.together(samples));
    ForgetSequences sequences = new ForgetSequences(recipe.method(), model, samples);
    Plan plan = new Plan(samples.size(), samples.size(), most);
    // The course puts all samples in each update, whatever is drawn.
    SampleOrder order = new UniformOrder(false, SampleOrder.Pair.RANDOM);
    new UnlearningLoop(recipe, order, plan, trainer, new Course(samples, sequences, met), 0).run();
    return met.outcome(forecast, start::meanAbsoluteChange);
  }

  /** Checks the samples after each update. */
  private final class Course implements ForgetSequences.StudyCourse {
    private final List<TokenizedSample> samples;
    private final ForgetSequences sequences;
    private final Met met;

    Course(List<TokenizedSample> samples, ForgetSequences sequences, Met met) {
      this.samples = samples;
      this.sequences = sequences;
      this.met = met;
    }

    @Override
    public List<TokenizedSample> samples() {
      return samples;
    }

    @Override
    public boolean hasEnded() {
      return met.all();
    }

    @Override
    public UnlearningLoop.Batch batch(int epoch, int[] drawn, int firstDraw, int draws) {
      return new UnlearningLoop.Batch(sequences.of(samples), samples.size());
    }

    @Override
    public void made(UnlearningLoop.Update update) {
      met.look(update.number(), standings.together(samples), start::meanAbsoluteChange);
    }
  }
}
