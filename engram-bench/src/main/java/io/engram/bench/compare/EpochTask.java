package io.engram.bench.compare;

import io.engram.bench.compare.Workload.UpdateDraws;
import io.engram.core.OrderedMap;
import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingSequence;
import io.engram.unlearn.method.Reference;
import io.engram.unlearn.method.RetainTerm;
import io.engram.unlearn.method.UnlearningMethod;
import io.engram.unlearn.method.UnlearningMethod.Drawn;
import io.engram.unlearn.method.UnlearningMethod.UpdateSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The updates of an unlearning epoch by the recipe's method, after one scoring pass for the
 * reference, which {@code reference_seconds} tells apart. {@code check} is the first update's loss.
 */
final class EpochTask implements Task {
  private final LanguageModel model;
  private final Workload workload;
  private final UnlearningMethod method;
  private final Trainer trainer;

  EpochTask(LanguageModel model, Workload workload) {
    this.model = model;
    this.workload = workload;
    method = workload.recipe(List.of()).method();
    trainer = TrainTask.trainer(model, workload);
  }

  @Override
  public Reading measure(boolean warmUp) {
    int count = warmUp ? 1 : workload.settings().updates();
    List<UpdateDraws> updates = workload.updates().subList(0, count);
    long start = System.nanoTime();
    Reference reference = reference(updates);
    double referenceSeconds = Reading.since(start);
    RetainTerm retainTerm = new RetainTerm(method.retainWeight(), null);
    double firstLoss = Double.NaN;
    long tokens = 0;
    for (UpdateDraws draws : updates) {
      List<TrainingSequence> sequences = sequences(draws, reference, retainTerm);
      double loss = Arrays.stream(trainer.accumulate(sequences)).sum();
      trainer.update(TrainTask.RATE);
      firstLoss = Double.isNaN(firstLoss) ? loss : firstLoss;
      tokens += Workload.tokens(sequences.stream().flatMap(s -> s.samples().stream()).toList());
    }
    double seconds = Reading.since(start);
    Map<String, Object> more =
        OrderedMap.of("updates", count, "reference_seconds", referenceSeconds, "check", firstLoss);
    return new Reading(seconds, tokens, more);
  }

  /** ℓ_t of each forget sample that is drawn. */
  private Reference reference(List<UpdateDraws> updates) {
    int[] drawn = updates.stream().flatMapToInt(u -> Arrays.stream(u.forget())).toArray();
    List<TokenizedSample> samples = workload.forget(drawn);
    List<double[]> logProbs = new Scorer(model).logProbs(samples, ProgressListener.NONE);
    return Reference.ofLogProbs(samples, logProbs);
  }

  private List<TrainingSequence> sequences(
      UpdateDraws draws, Reference reference, RetainTerm retainTerm) {
    List<TrainingSequence> sequences = new ArrayList<>();
    List<TokenizedSample> forget = workload.forget(draws.forget());
    UpdateSize forgetSize = UpdateSize.of(forget);
    for (TokenizedSample sample : forget) {
      sequences.add(
          new TrainingSequence(sample, method.objective(new Drawn(sample), forgetSize, reference)));
    }
    List<TokenizedSample> retain =
        Arrays.stream(draws.retain()).mapToObj(workload.retain()::get).toList();
    UpdateSize retainSize = UpdateSize.of(retain);
    for (TokenizedSample sample : retain) {
      sequences.add(new TrainingSequence(sample, retainTerm.of(sample, retainSize)));
    }
    return sequences;
  }

  @Override
  public void close() {
    trainer.close();
  }
}
