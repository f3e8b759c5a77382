package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One perturbation δ_k for all samples: K perturbed models, each scoring the whole set. For each
 * sample the same expectation and error as {@link PaperEstimator} with the same K; only the errors
 * of different samples are no longer independent.
 *
 * <p>Draw k comes from stream (seed, "mrd-shared", epoch, k).
 */
public final class SharedEstimator implements MrdEstimator {
  @Override
  public DrawSource draws(
      NoisyScorer scorer, int sampleCount, MrdSettings settings, long seed, int epoch) {
    int[] all = IntStream.range(0, sampleCount).toArray();
    List<RelativeChange> changes =
        RelativeChange.ofAll(scorer.logProbs(all, stream(seed, epoch, 0), 0), settings);
    return new PlainDraws(
        changes,
        settings.absolute(),
        k -> scorer.logProbs(all, stream(seed, epoch, k), settings.sigma()));
  }

  private static RandomStream stream(long seed, int epoch, long draw) {
    return RandomStream.of(seed, "mrd-shared", epoch, draw);
  }
}
