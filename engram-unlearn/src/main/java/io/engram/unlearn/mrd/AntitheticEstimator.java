package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Pairs δ_k and −δ_k, shared by all samples; the value of a pair is {@code (r(δ_k) + r(−δ_k)) / 2}.
 * The first-order term, mean 0 and of size σ‖∇‖, cancels exactly, as does every odd order; what is
 * left is the signal, of size σ²·Tr H/2, and its own scatter, some of which a {@link
 * GradientControl} takes out. With the absolute value inside, the value is {@code (|r(δ_k)| +
 * |r(−δ_k)|) / 2}: nothing cancels there, and pairs save only noise.
 *
 * <p>Pair k comes from stream (seed, "mrd-antithetic", epoch, k). Independent values, from which
 * the standard error comes, are the pairs: half as many as passes.
 */
public final class AntitheticEstimator implements MrdEstimator {
  private final @Nullable GradientScorer gradients;

  /** Without a control variate. */
  public AntitheticEstimator() {
    this(null);
  }

  /**
   * With one.
   *
   * @param gradients gives the control's mean; null: no control
   */
  public AntitheticEstimator(@Nullable GradientScorer gradients) {
    this.gradients = gradients;
  }

  /**
   * The pairs.
   *
   * @throws io.engram.core.EngramException if the number of draws is odd
   */
  @Override
  public DrawSource draws(
      NoisyScorer scorer, int sampleCount, MrdSettings settings, long seed, int epoch) {
    settings.requirePairs("antithetic");
    int[] all = IntStream.range(0, sampleCount).toArray();
    List<RelativeChange> changes =
        RelativeChange.ofAll(scorer.logProbs(all, stream(seed, epoch, 0), 0), settings);
    ControlVariate control =
        gradients == null
            ? ControlVariate.NONE
            : new GradientControl(gradients, changes, settings, seed, epoch);
    return new PairDraws(
        changes,
        settings.absolute(),
        control,
        k -> scorer.pair(all, () -> stream(seed, epoch, k), settings.sigma()));
  }

  private static RandomStream stream(long seed, int epoch, long pair) {
    return RandomStream.of(seed, "mrd-antithetic", epoch, pair);
  }
}
