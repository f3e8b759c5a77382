package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Algorithm 1 as printed: for each sample K perturbations of its own, one forward pass each. N·K
 * perturbations of the whole model; the reference that the others are compared with.
 *
 * <p>Draw k of sample i comes from stream (seed, "mrd-paper", epoch, k), child i.
 *
 * <p><b>Source:</b> Alg. 1. <b>Differs:</b> the k-th draws of all samples come before the (k+1)-th
 * of any, which changes no number.
 */
public final class PaperEstimator implements MrdEstimator {
  @Override
  public DrawSource draws(
      NoisyScorer scorer, int sampleCount, MrdSettings settings, long seed, int epoch) {
    // Scored alone without noise too: rounding depends on what shares a batch.
    List<double[]> originals = each(scorer, sampleCount, seed, epoch, 0, 0);
    return new PlainDraws(
        RelativeChange.ofAll(originals, settings),
        settings.absolute(),
        k -> each(scorer, sampleCount, seed, epoch, k, settings.sigma()));
  }

  private static List<double[]> each(
      NoisyScorer scorer, int sampleCount, long seed, int epoch, int k, double scale) {
    RandomStream draw = RandomStream.of(seed, "mrd-paper", epoch, k);
    return new ArrayList<>(
        IntStream.range(0, sampleCount)
            .mapToObj(i -> scorer.logProbs(new int[] {i}, draw.child(i), scale).get(0))
            .toList());
  }
}
