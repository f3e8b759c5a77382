package io.engram.unlearn.mrd;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Algorithm 1 as printed: for each sample K perturbations of its own, one forward pass each. N·K
 * perturbations of the whole model; the reference that the others are compared with.
 *
 * <p>Draw k of sample i comes from stream (seed, "mrd-paper", epoch, i·K + k).
 *
 * <p><b>Source:</b> Alg. 1.
 */
public final class PaperEstimator implements MrdEstimator {
  @Override
  public List<MrdEstimate> estimate(
      NoisyScorer scorer,
      int sampleCount,
      MrdSettings settings,
      long seed,
      int epoch,
      ProgressListener progress) {
    List<MrdEstimate> estimates = new ArrayList<>();
    progress.start("MRD, " + settings.draws() + " draws a sample", sampleCount, "samples");
    for (int sample = 0; sample < sampleCount; sample++) {
      estimates.add(estimate(scorer, sample, settings, seed, epoch));
      progress.advance(1);
    }
    progress.finish();
    return estimates;
  }

  private static MrdEstimate estimate(
      NoisyScorer scorer, int sample, MrdSettings settings, long seed, int epoch) {
    int[] alone = {sample};
    long first = (long) sample * settings.draws();
    // Scored alone without noise too: rounding depends on what shares a batch.
    double[] original = scorer.logProbs(alone, stream(seed, epoch, first), 0).get(0);
    RelativeChange change = new RelativeChange(original, settings.tokens(), settings.clamp());
    SampleDraws draws = new SampleDraws(change, settings.absolute(), settings.draws());
    for (int k = 0; k < settings.draws(); k++) {
      draws.draw(scorer.logProbs(alone, stream(seed, epoch, first + k), settings.sigma()).get(0));
    }
    return draws.estimate();
  }

  private static RandomStream stream(long seed, int epoch, long index) {
    return RandomStream.of(seed, "mrd-paper", epoch, index);
  }
}
