package io.engram.unlearn.mrd;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.recipe.EstimatorSection.Scope;
import io.engram.core.recipe.OptimizerSection;
import io.engram.core.recipe.OptimizerSection.OptimizerName;
import io.engram.core.recipe.Recipe;
import io.engram.core.recipe.ScopeSection;
import io.engram.core.run.PredictedUpdatesRow;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.GradientLook;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * {@link PredictedUpdates} of samples under a model: one gradient of the mean loss and one look
 * along it each. No weight is written, so that samples can be asked for in the middle of training.
 */
public final class UpdatesPredictor {
  private final GradientLook look;
  private final OptimizerSection optimizer;
  private final double threshold;
  private final boolean adam;

  /**
   * For a model as it is at each call; borrows it.
   *
   * @param scope what is trained; adapters that the model has go before it
   * @param optimizer its name and learning rate count, no more
   * @param threshold τ, nats a token
   */
  public UpdatesPredictor(
      LanguageModel model, ScopeSection scope, OptimizerSection optimizer, double threshold) {
    this.look = new GradientLook(model, scope);
    this.optimizer = optimizer;
    this.threshold = threshold;
    this.adam = optimizer.name() == OptimizerName.ADAMW;
  }

  /**
   * What one gradient and one look along it say.
   *
   * @param start ℓ_t and how large the gradient of the mean loss is
   * @param updates predicted; NaN where a log-probability on the way isn't a number
   */
  public record Forecast(GradientLook.Start start, double updates) {}

  /** Of these samples, unlearned together. */
  public Forecast of(List<TokenizedSample> samples) {
    GradientLook.Look seen = look.of(samples, adam, this::distance);
    return new Forecast(seen.start(), updates(seen));
  }

  /** 0 where the answer is known without a look. */
  private double distance(GradientLook.Start start) {
    double slope = adam ? start.l1() : start.l2() * start.l2();
    return start.loss() < threshold && slope > 0
        ? PredictedUpdates.firstGuess(start.loss(), threshold, slope)
        : 0;
  }

  private double updates(GradientLook.Look seen) {
    if (Arrays.stream(seen.along()).anyMatch(Double::isNaN)) {
      return Double.NaN;
    }
    if (seen.distance() == 0) {
      return seen.start().loss() < threshold ? PredictedUpdates.MOST : 0;
    }
    PredictedUpdates predicted =
        new PredictedUpdates(seen.start().logProbs(), seen.along(), seen.distance(), threshold);
    double rate = optimizer.learningRate();
    return adam ? predicted.adam(rate) : predicted.sgd(rate, seen.start().l2());
  }

  /**
   * What was predicted of samples.
   *
   * @param rows one a sample, in order
   * @param notes what a reader should know
   */
  public record Result(List<PredictedUpdatesRow> rows, List<String> notes) {}

  /**
   * Predictions of samples, each alone, as {@code order.estimator} of a recipe says.
   *
   * @throws EngramException if a sample's log-probabilities aren't finite, or those on the way
   *     aren't numbers
   */
  public static Result run(
      LanguageModel model, List<Sample> samples, Recipe recipe, ProgressListener progress) {
    double until = recipe.order().estimator().until();
    UpdatesPredictor predictor =
        new UpdatesPredictor(model, recipe.scope(), recipe.optimizer(), until);
    Scope labelled = recipe.order().estimator().scope();
    List<PredictedUpdatesRow> rows = new ArrayList<>();
    progress.start("predicted updates", samples.size(), "samples");
    for (Sample sample : samples) {
      rows.add(predictor.row(ModelScorer.tokens(model, sample, labelled)));
      progress.advance(1);
    }
    progress.finish();
    boolean adapted = !model.decoder().parameters().adapters().isEmpty();
    return new Result(List.copyOf(rows), notes(rows, recipe.optimizer(), until, adapted));
  }

  private PredictedUpdatesRow row(TokenizedSample sample) {
    Forecast forecast = of(List.of(sample));
    double loss = forecast.start().loss();
    if (!Double.isFinite(loss) || Double.isNaN(forecast.updates())) {
      throw EngramException.usage(
          ("Sample %s has the mean loss %s nats and no finite one along its gradient, so its"
                  + " updates can't be predicted.%n"
                  + "The model is damaged or has diverged; try a smaller optimizer.learning_rate.")
              .formatted(sample.id(), loss));
    }
    return new PredictedUpdatesRow(sample.id(), forecast.updates(), loss, sample.labels());
  }

  private static List<String> notes(
      List<PredictedUpdatesRow> rows, OptimizerSection optimizer, double until, boolean adapted) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "updates of %s at learning rate %s on %s, until a mean loss of %s nats a token"
            .formatted(
                optimizer.name().name().toLowerCase(Locale.ROOT),
                optimizer.learningRate(),
                adapted ? "the adapters" : "the weights",
                until));
    long done = rows.stream().filter(row -> row.predictedUpdates() == 0).count();
    if (done > 0) {
      notes.add("%d of %d samples are there already: 0".formatted(done, rows.size()));
    }
    long most = rows.stream().filter(r -> r.predictedUpdates() >= PredictedUpdates.MOST).count();
    if (most > 0) {
      notes.add(
          "%d of %d samples need %.0f or more, counted as so many"
              .formatted(most, rows.size(), PredictedUpdates.MOST));
    }
    return List.copyOf(notes);
  }
}
