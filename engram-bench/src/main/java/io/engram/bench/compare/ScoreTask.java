package io.engram.bench.compare;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Log-probabilities of the labelled tokens of the forget set; {@code check} is their sum. */
record ScoreTask(LanguageModel model, Workload workload) implements Task {
  @Override
  public Reading measure(boolean warmUp) {
    long start = System.nanoTime();
    List<double[]> logProbs = new Scorer(model).logProbs(workload.forget(), ProgressListener.NONE);
    double seconds = Reading.since(start);
    double sum = logProbs.stream().mapToDouble(l -> Arrays.stream(l).sum()).sum();
    return new Reading(seconds, Workload.tokens(workload.forget()), Map.of("check", sum));
  }
}
