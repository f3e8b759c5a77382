package io.engram.unlearn.audit.attack;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.OptimizerSettings;
import io.engram.model.train.OptimizerSettings.Algorithm;
import io.engram.model.train.OptimizerSettings.Decay;
import io.engram.model.train.OptimizerSettings.Schedule;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingScope;
import io.engram.model.train.TrainingSequence;
import io.engram.unlearn.method.LogProbMethod.TokenMeanNll;
import java.util.Arrays;
import java.util.List;

/**
 * An attacker's training: an epoch of AdamW (β 0.9 and 0.999, no weight decay, no warm-up, constant
 * rate) on the mean −log p of a batch's labelled tokens, in batches of 16, smaller where an epoch
 * would have fewer than six updates.
 *
 * <p>All weights are trained, or adapters of rank 16 on all linear layers where the weights are
 * half precision, in which small steps would be lost.
 */
public final class Epoch {
  /** The rates that an attacker tries; the best for him counts. */
  static final List<String> RATES = List.of("2e-5", "1e-4", "3e-4");

  private static final int BATCH = 16;
  private static final int FEWEST_UPDATES = 6;
  private static final int RANK = 16;

  private Epoch() {}

  /**
   * Trains a model for one epoch.
   *
   * @param stream names the order of the samples, with the seed
   */
  public static void train(
      LanguageModel model,
      List<TokenizedSample> samples,
      double rate,
      RandomStream stream,
      ProgressListener progress) {
    train(model, samples, rate, List.of(stream), progress);
  }

  /**
   * Trains a model for several epochs with one optimizer.
   *
   * @param streams name the order of the samples of each epoch, with the seed
   */
  public static void train(
      LanguageModel model,
      List<TokenizedSample> samples,
      double rate,
      List<RandomStream> streams,
      ProgressListener progress) {
    int batch = batch(samples.size());
    int updates = (samples.size() + batch - 1) / batch;
    progress.start(
        (streams.size() == 1 ? "an epoch" : streams.size() + " epochs") + " at rate " + rate,
        (long) streams.size() * updates,
        "updates");
    try (Trainer trainer = new Trainer(model, scope(model), settings(rate), 0)) {
      for (RandomStream stream : streams) {
        int[] order = stream.permutation(samples.size());
        for (int from = 0; from < order.length; from += batch) {
          List<TokenizedSample> drawn =
              Arrays.stream(order, from, Math.min(order.length, from + batch))
                  .mapToObj(samples::get)
                  .toList();
          update(trainer, drawn, rate);
          progress.advance(1);
        }
      }
    }
    progress.finish();
  }

  private static void update(Trainer trainer, List<TokenizedSample> drawn, double rate) {
    int tokens = drawn.stream().mapToInt(TokenizedSample::labels).sum();
    trainer.accumulate(
        drawn.stream()
            .map(
                sample ->
                    new TrainingSequence(
                        sample, new Objective.OfLogProbs(new TokenMeanNll(1, tokens))))
            .toList());
    trainer.update(rate);
  }

  /** Samples in a batch of an epoch of so many. */
  static int batch(int samples) {
    return Math.max(1, Math.min(BATCH, samples / FEWEST_UPDATES));
  }

  private static TrainingScope scope(LanguageModel model) {
    return model.dtype().sizeBytes() < 4
        ? TrainingScope.lora(RANK, 2 * RANK, List.of(TrainingScope.Lora.ALL_LINEAR), List.of())
        : TrainingScope.all();
  }

  private static OptimizerSettings settings(double rate) {
    return new OptimizerSettings(
        Algorithm.ADAMW, rate, 0, 0.9, 0.999, 1e-8, 0, 0, Decay.ALL, Schedule.CONSTANT, 0);
  }
}
