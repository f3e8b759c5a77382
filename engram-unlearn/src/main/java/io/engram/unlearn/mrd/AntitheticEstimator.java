package io.engram.unlearn.mrd;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pairs δ_k and −δ_k, shared by all samples; the value of a pair is {@code (r(δ_k) + r(−δ_k)) / 2}.
 * The first-order term, mean 0 and of size σ‖∇‖, cancels exactly, as does every odd order; what is
 * left is the signal, of size σ²·Tr H/2, and its own scatter. With the absolute value inside, the
 * value is {@code (|r(δ_k)| + |r(−δ_k)|) / 2}: nothing cancels there, and pairs save only noise.
 *
 * <p>Pair k comes from stream (seed, "mrd-antithetic", epoch, k). Independent values, from which
 * the standard error comes, are the pairs: half as many as passes.
 */
public final class AntitheticEstimator implements MrdEstimator {
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
        RelativeChange.ofAll(scorer.logProbs(all, stream(seed, epoch, 0), 0), settings).stream()
            .map(change -> new SampleDraws(change, settings.absolute(), pairs))
            .toList();
    progress.start("MRD, " + pairs + " pairs", pairs, "pairs");
    for (int k = 0; k < pairs; k++) {
      List<double[]> plus = scorer.logProbs(all, stream(seed, epoch, k), settings.sigma());
      List<double[]> minus = scorer.logProbs(all, stream(seed, epoch, k), -settings.sigma());
      for (int i = 0; i < sampleCount; i++) {
        draws.get(i).pair(plus.get(i), minus.get(i));
      }
      progress.advance(1);
    }
    progress.finish();
    return draws.stream().map(SampleDraws::estimate).toList();
  }

  private static int pairs(MrdSettings settings) {
    if (settings.draws() % 2 != 0) {
      throw EngramException.usage(
          "order.estimator.draws = %d: must be even with order.estimator.name = antithetic, whose pairs are two passes"
              .formatted(settings.draws()));
    }
    return settings.draws() / 2;
  }

  private static RandomStream stream(long seed, int epoch, long pair) {
    return RandomStream.of(seed, "mrd-antithetic", epoch, pair);
  }
}
