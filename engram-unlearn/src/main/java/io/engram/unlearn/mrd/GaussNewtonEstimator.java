package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A score of its own: MRD to second order with the Gauss-Newton matrix in the Hessian's place,
 * {@code (σ²/2n) Σ_t tr(F_t)/|ℓ_t|, F_t = J_tᵀ(diag p_t − p_t p_tᵀ)J_t}, J_t the Jacobian of the
 * logits. F_t is also the Fisher information of token t's distribution. What is left out is the
 * curvature of the logits themselves. One backward pass a draw, for all samples.
 *
 * <p>Not MRD: it ranks as MRD does only where the rest doesn't vary. It's never negative.
 *
 * <p><b>Source:</b> not in the paper; Schraudolph 2002 for the split of the Hessian.
 */
public final class GaussNewtonEstimator implements MrdEstimator {
  private final GradientScorer gradients;

  /** With these gradients. */
  public GaussNewtonEstimator(GradientScorer gradients) {
    this.gradients = gradients;
  }

  @Override
  public DrawSource draws(
      NoisyScorer scorer, int sampleCount, MrdSettings settings, long seed, int epoch) {
    int[] all = IntStream.range(0, sampleCount).toArray();
    RandomStream unused = RandomStream.of(seed, "mrd-gauss-newton", epoch, 0);
    List<RelativeChange> samples = RelativeChange.ofAll(scorer.logProbs(all, unused, 0), settings);
    double half = settings.sigma() * settings.sigma() / 2;
    return new BackwardDraws(
        samples,
        k -> {
          double[] traces = gradients.gaussNewton((i, l) -> weights(samples.get(i)), k);
          for (int i = 0; i < traces.length; i++) {
            traces[i] = samples.get(i).total(half * traces[i]);
          }
          return traces;
        });
  }

  /** {@code 1/√|ℓ_t|}, |ℓ_t| no less than the clamp. */
  private static double[] weights(RelativeChange sample) {
    double[] weights = sample.denominators();
    for (int t = 0; t < weights.length; t++) {
      weights[t] = 1 / Math.sqrt(-weights[t]);
    }
    return weights;
  }
}
