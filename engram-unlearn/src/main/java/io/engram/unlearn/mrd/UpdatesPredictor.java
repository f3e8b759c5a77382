package io.engram.unlearn.mrd;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.run.PredictedUpdatesRow;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.gradient.GradientSteps;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.GradientLook;
import io.engram.model.train.OptimizerSettings;
import io.engram.model.train.TrainingScope;
import io.engram.unlearn.mrd.EstimatorSection.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * {@link PredictedUpdates} of samples under a model: of each alone by {@link GradientSteps}, many
 * in a pass, or of several as one by {@link GradientLook}. No weight is written, so that samples
 * can be asked for in the middle of training.
 */
public final class UpdatesPredictor {
  private final GradientSteps steps;
  private final GradientLook look;
  private final OptimizerSettings optimizer;
  private final double threshold;
  private final boolean adam;

  /**
   * For a model as it is at each call; borrows it.
   *
   * @param scope what is trained; adapters that the model has go before it
   * @param optimizer of which only algorithm and learning rate count
   * @param threshold τ, nats a token
   */
  public UpdatesPredictor(
      LanguageModel model, TrainingScope scope, OptimizerSettings optimizer, double threshold) {
    this.optimizer = optimizer;
    this.threshold = threshold;
    this.adam = optimizer.algorithm() == OptimizerSettings.Algorithm.ADAMW;
    this.steps =
        new GradientSteps(
            model, scope, adam ? GradientSteps.Direction.SIGN : GradientSteps.Direction.GRADIENT);
    this.look = new GradientLook(model, scope);
  }

  /**
   * What is predicted of a sample.
   *
   * @param loss mean, nats a token
   * @param updates NaN where a log-probability on the way isn't a number
   */
  public record Prediction(double loss, double updates) {}

  /** Of each of these samples alone, in the order given. */
  public List<Prediction> each(List<TokenizedSample> samples, ProgressListener progress) {
    return steps.of(samples, start -> distance(start.loss(), start.slope()), progress).stream()
        .map(
            step -> {
              GradientSteps.Start start = step.start();
              double l2 = Math.sqrt(start.slope());
              double updates = updates(start.logProbs(), step.along(), step.distance(), l2);
              return new Prediction(start.loss(), updates);
            })
        .toList();
  }

  /**
   * What one gradient and one look along it say.
   *
   * @param start ℓ_t and how large the gradient of the mean loss is
   * @param updates predicted; NaN where a log-probability on the way isn't a number
   */
  public record Forecast(GradientLook.Start start, double updates) {}

  /** Of these samples, unlearned together. */
  public Forecast together(List<TokenizedSample> samples) {
    if (samples.size() == 1) {
      GradientLook.Start start = look.of(samples, adam, s -> 0).start();
      return new Forecast(start, each(samples, ProgressListener.NONE).get(0).updates());
    }
    GradientLook.Look seen =
        look.of(samples, adam, s -> distance(s.loss(), adam ? s.l1() : s.l2() * s.l2()));
    GradientLook.Start start = seen.start();
    double updates = updates(start.logProbs(), seen.along(), seen.distance(), start.l2());
    return new Forecast(start, updates);
  }

  /** 0 where the answer is known without a look. */
  private double distance(double loss, double slope) {
    return loss < threshold && slope > 0 ? PredictedUpdates.firstGuess(loss, threshold, slope) : 0;
  }

  private double updates(double[] logProbs, double[] along, double distance, double gradientNorm) {
    if (Arrays.stream(along).anyMatch(Double::isNaN)) {
      return Double.NaN;
    }
    if (distance == 0) {
      double loss = -Arrays.stream(logProbs).average().orElseThrow();
      return loss < threshold ? PredictedUpdates.MOST : 0;
    }
    PredictedUpdates predicted = new PredictedUpdates(logProbs, along, distance, threshold);
    double rate = optimizer.learningRate();
    return adam ? predicted.adam(rate) : predicted.sgd(rate, gradientNorm);
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
      LanguageModel model,
      List<Sample> samples,
      EstimatorSection estimator,
      TrainingScope scope,
      OptimizerSettings optimizer,
      ProgressListener progress) {
    double until = estimator.until();
    UpdatesPredictor predictor = new UpdatesPredictor(model, scope, optimizer, until);
    Scope labelled = estimator.scope();
    List<TokenizedSample> tokens =
        samples.stream().map(sample -> ModelScorer.tokens(model, sample, labelled)).toList();
    progress.start("predicted updates", samples.size(), "samples");
    List<Prediction> found = predictor.each(tokens, progress);
    progress.finish();
    List<PredictedUpdatesRow> rows = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      rows.add(row(tokens.get(i), found.get(i)));
    }
    boolean adapted = !model.decoder().parameters().adapters().isEmpty();
    return new Result(List.copyOf(rows), notes(rows, optimizer, until, adapted));
  }

  private static PredictedUpdatesRow row(TokenizedSample sample, Prediction prediction) {
    double loss = prediction.loss();
    if (!Double.isFinite(loss) || Double.isNaN(prediction.updates())) {
      throw EngramException.usage(
          ("Sample %s has the mean loss %s nats and no finite one along its gradient, so its"
                  + " updates can't be predicted.%n"
                  + "The model is damaged or has diverged; try a smaller optimizer.learning_rate.")
              .formatted(sample.id(), loss));
    }
    return new PredictedUpdatesRow(sample.id(), prediction.updates(), loss, sample.labels());
  }

  private static List<String> notes(
      List<PredictedUpdatesRow> rows, OptimizerSettings optimizer, double until, boolean adapted) {
    List<String> notes = new ArrayList<>();
    notes.add(
        "updates of %s at learning rate %s on %s, until a mean loss of %s nats a token"
            .formatted(
                optimizer.algorithm().name().toLowerCase(Locale.ROOT),
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
