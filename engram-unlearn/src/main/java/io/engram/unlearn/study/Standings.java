package io.engram.unlearn.study;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.memorization.MemorizationScores;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Measures samples under a model for {@link Criterion}. */
final class Standings {
  private final LanguageModel model;
  private final MemorizationScores memorization;

  /** Measures under the current model at each call; borrows it. */
  Standings(LanguageModel model) {
    this.model = model;
    this.memorization = new MemorizationScores(model);
  }

  /** Measures each sample alone, in the given order. */
  List<Criterion.Standing> each(List<TokenizedSample> samples) {
    List<Scorer.TokenScores> scores = new Scorer(model).score(samples, ProgressListener.NONE);
    return IntStream.range(0, samples.size())
        .mapToObj(i -> of(samples.subList(i, i + 1), scores.subList(i, i + 1)))
        .toList();
  }

  /** Measures the samples together; their EL is the mean. */
  Criterion.Standing together(List<TokenizedSample> samples) {
    return of(samples, new Scorer(model).score(samples, ProgressListener.NONE));
  }

  private Criterion.Standing of(List<TokenizedSample> samples, List<Scorer.TokenScores> all) {
    double sum = 0;
    int hits = 0;
    int tokens = 0;
    for (Scorer.TokenScores scores : all) {
      sum += Arrays.stream(scores.logProbs()).sum();
      for (boolean hit : scores.isArgmax()) {
        hits += hit ? 1 : 0;
      }
      tokens += scores.logProbs().length;
    }
    List<TokenizedSample> own = List.copyOf(samples);
    Criterion.Extraction el =
        new Criterion.Extraction(
            () ->
                Arrays.stream(memorization.extraction(own, ProgressListener.NONE))
                    .filter(Double::isFinite)
                    .average()
                    .orElse(Double.NaN));
    return new Criterion.Standing(sum, hits, tokens, el);
  }
}
