package io.engram.unlearn.mrd;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Its own draws for each sample, as {@link PaperEstimator}, with draws and samples sharing batches:
 * {@link NoisyScorer#independent}. Of a language model that is noise in the activations, exact in
 * distribution, which never touches a weight.
 *
 * <p>Draws come in pairs of opposite random numbers. In the activations these aren't δ and −δ, for
 * each pass makes its noise from what its own layers are given; but either is a draw of δ ~ N(0,
 * σ²I), so that the expectation stays, and their first orders cancel. Measured on tiny Llamas, the
 * standard error is that of {@link AntitheticEstimator}'s pairs: at σ = 10⁻³ a 25th to a 65th of
 * what as many plain draws as pairs have.
 *
 * <p>Pair k of sample i, of N, comes from stream (seed, "mrd-activation", epoch, ⌊k/m⌋), child (k
 * mod m)·N + i, where m = max(1, ⌊256/N⌋) draws are asked for at once.
 */
public final class ActivationEstimator implements MrdEstimator {
  /** Passes asked for at once, so that few samples fill a batch too. */
  private static final int PASSES = 256;

  /**
   * @throws EngramException if the number of draws is odd
   */
  @Override
  public List<MrdEstimate> estimate(
      NoisyScorer scorer,
      int sampleCount,
      MrdSettings settings,
      long seed,
      int epoch,
      ProgressListener progress) {
    int pairs = pairs(settings);
    int[] all = IntStream.range(0, sampleCount).toArray();
    List<SampleDraws> draws =
        RelativeChange.ofAll(scorer.independent(all, stream(seed, epoch, 0), 0), settings).stream()
            .map(change -> new SampleDraws(change, settings.absolute(), pairs))
            .toList();
    int most = Math.max(1, PASSES / Math.max(1, sampleCount));
    progress.start("MRD, " + pairs + " pairs a sample", pairs, "pairs");
    for (int first = 0; first < pairs; first += most) {
      int count = Math.min(most, pairs - first);
      int[] passes = IntStream.range(0, count * sampleCount).map(p -> p % sampleCount).toArray();
      RandomStream noise = stream(seed, epoch, first / most);
      List<double[]> plus = scorer.independent(passes, noise, settings.sigma());
      List<double[]> minus = scorer.independent(passes, noise, -settings.sigma());
      for (int p = 0; p < passes.length; p++) {
        draws.get(passes[p]).pair(plus.get(p), minus.get(p));
      }
      progress.advance(count);
    }
    progress.finish();
    return draws.stream().map(SampleDraws::estimate).toList();
  }

  private static int pairs(MrdSettings settings) {
    if (settings.draws() % 2 != 0) {
      throw EngramException.usage(
          "order.estimator.draws = %d: must be even with order.estimator.name = activation, whose pairs are two passes"
              .formatted(settings.draws()));
    }
    return settings.draws() / 2;
  }

  private static RandomStream stream(long seed, int epoch, long index) {
    return RandomStream.of(seed, "mrd-activation", epoch, index);
  }
}
