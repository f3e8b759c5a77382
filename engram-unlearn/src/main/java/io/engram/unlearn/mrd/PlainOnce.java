package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A scorer of a model that doesn't change: what it says without noise is computed once. */
final class PlainOnce implements NoisyScorer {
  private final NoisyScorer scorer;
  private int @Nullable [] samples;
  private List<double[]> plain = List.of();

  PlainOnce(NoisyScorer scorer) {
    this.scorer = scorer;
  }

  /** Keeps the first answer of scale 0, and gives it again for the same samples. */
  @Override
  public List<double[]> logProbs(int[] chosen, RandomStream noise, double scale) {
    if (scale != 0 || (samples != null && !Arrays.equals(samples, chosen))) {
      return scorer.logProbs(chosen, noise, scale);
    }
    if (samples == null) {
      plain = List.copyOf(scorer.logProbs(chosen, noise, scale));
      samples = chosen.clone();
    }
    return plain;
  }

  @Override
  public Pair pair(int[] chosen, Supplier<RandomStream> noise, double scale) {
    return scorer.pair(chosen, noise, scale);
  }

  @Override
  public List<double[]> independent(int[] chosen, RandomStream noise, double scale) {
    return scorer.independent(chosen, noise, scale);
  }
}
