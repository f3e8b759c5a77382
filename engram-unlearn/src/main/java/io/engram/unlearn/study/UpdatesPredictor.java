package io.engram.unlearn.study;

import io.engram.core.ProgressListener;
import io.engram.core.recipe.OptimizerSection.OptimizerName;
import io.engram.core.recipe.Recipe;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingSequence;
import io.engram.model.train.WeightSnapshot;
import io.engram.unlearn.method.GradientAscent;
import io.engram.unlearn.method.UpdateSize;
import java.util.Arrays;
import java.util.List;

/**
 * {@link PredictedUpdates} of samples under a model: one gradient of the mean loss, one pass with
 * the weights moved along it. The model is as it was afterwards.
 */
final class UpdatesPredictor {
  private final Recipe recipe;
  private final LanguageModel model;
  private final WeightSnapshot start;
  private final double threshold;

  /**
   * For a model at its starting point.
   *
   * @param threshold τ, nats a token
   */
  UpdatesPredictor(Recipe recipe, LanguageModel model, WeightSnapshot start, double threshold) {
    this.recipe = recipe;
    this.model = model;
    this.start = start;
    this.threshold = threshold;
  }

  /**
   * What one gradient and one look along it say.
   *
   * @param loss the mean loss L, nats a token
   * @param gradient of L
   * @param updates predicted
   */
  record Forecast(double loss, Trainer.GradientSize gradient, double updates) {}

  /** Of these samples, unlearned together. */
  Forecast of(List<TokenizedSample> samples) {
    start.restore();
    try (Trainer trainer = new Trainer(model, recipe.scope(), recipe.optimizer(), recipe.seed())) {
      double[] before = logProbs(samples);
      trainer.accumulate(sequences(samples));
      Trainer.GradientSize size = trainer.gradientSize();
      double loss = -Arrays.stream(before).average().orElseThrow();
      boolean adam = recipe.optimizer().name() == OptimizerName.ADAMW;
      double slope = adam ? size.l1() : size.l2() * size.l2();
      double distance = PredictedUpdates.firstGuess(loss, threshold, slope);
      trainer.step(distance, adam);
      PredictedUpdates predicted =
          new PredictedUpdates(before, logProbs(samples), distance, threshold);
      double rate = recipe.optimizer().learningRate();
      return new Forecast(loss, size, adam ? predicted.adam(rate) : predicted.sgd(rate, size.l2()));
    } finally {
      start.restore();
    }
  }

  private static List<TrainingSequence> sequences(List<TokenizedSample> samples) {
    GradientAscent ascent = new GradientAscent(1);
    UpdateSize size = UpdateSize.of(samples);
    return samples.stream()
        .map(s -> new TrainingSequence(s, new Objective.OfLogProbs(ascent.forget(s, size))))
        .toList();
  }

  private double[] logProbs(List<TokenizedSample> samples) {
    return new Scorer(model)
        .logProbs(samples, ProgressListener.NONE).stream()
            .flatMapToDouble(Arrays::stream)
            .toArray();
  }
}
