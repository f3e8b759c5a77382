package io.engram.unlearn.mrd;

import io.engram.core.ProgressListener;
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
  public List<MrdEstimate> estimate(
      NoisyScorer scorer,
      int sampleCount,
      MrdSettings settings,
      long seed,
      int epoch,
      ProgressListener progress) {
    int[] all = IntStream.range(0, sampleCount).toArray();
    List<SampleDraws> draws =
        RelativeChange.ofAll(scorer.logProbs(all, stream(seed, epoch, 0), 0), settings).stream()
            .map(change -> new SampleDraws(change, settings.absolute(), settings.draws()))
            .toList();
    progress.start("MRD, " + settings.draws() + " draws", settings.draws(), "draws");
    for (int k = 0; k < settings.draws(); k++) {
      List<double[]> perturbed = scorer.logProbs(all, stream(seed, epoch, k), settings.sigma());
      for (int i = 0; i < sampleCount; i++) {
        draws.get(i).draw(perturbed.get(i));
      }
      progress.advance(1);
    }
    progress.finish();
    return draws.stream().map(SampleDraws::estimate).toList();
  }

  private static RandomStream stream(long seed, int epoch, long draw) {
    return RandomStream.of(seed, "mrd-shared", epoch, draw);
  }
}
