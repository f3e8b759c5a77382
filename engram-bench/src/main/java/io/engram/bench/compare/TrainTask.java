package io.engram.bench.compare;

import io.engram.core.OrderedMap;
import io.engram.model.LanguageModel;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingSequence;
import io.engram.unlearn.method.Finetune;
import io.engram.unlearn.method.UnlearningMethod.UpdateSize;
import io.engram.unlearn.recipe.RecipeSettings;
import java.util.Arrays;
import java.util.List;

/** AdamW steps on the mean −ℓ_t of one batch; {@code check} is the last step's loss. */
final class TrainTask implements Task {
  /** So small that every step works on the same model; it costs what any other does. */
  static final double RATE = 1e-9;

  private final Trainer trainer;
  private final int steps;
  private final List<TrainingSequence> batch;
  private final long tokens;

  TrainTask(LanguageModel model, Workload workload) {
    trainer = trainer(model, workload);
    steps = workload.settings().steps();
    List<TokenizedSample> samples = workload.forget(workload.settings().trainSamples());
    tokens = Workload.tokens(samples) * steps;
    Finetune method = new Finetune();
    UpdateSize size = UpdateSize.of(samples);
    batch =
        samples.stream()
            .map(s -> new TrainingSequence(s, new Objective.OfLogProbs(method.forget(s, size))))
            .toList();
  }

  /** A trainer as the recipe sets it. */
  static Trainer trainer(LanguageModel model, Workload workload) {
    var recipe = workload.recipe(List.of());
    return RecipeSettings.trainer(model, recipe);
  }

  @Override
  public Reading measure(boolean warmUp) {
    double loss = 0;
    long start = System.nanoTime();
    for (int step = 0; step < steps; step++) {
      loss = Arrays.stream(trainer.accumulate(batch)).sum();
      trainer.update(RATE);
    }
    return new Reading(Reading.since(start), tokens, OrderedMap.of("steps", steps, "check", loss));
  }

  @Override
  public void close() {
    trainer.close();
  }
}
