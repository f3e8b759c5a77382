package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A score of its own, from backward passes without any noise: {@code (σ²/2n) Σ_t ‖∇u_t‖², u =
 * log|ℓ|}. It's the first of the two terms of {@code Tr(∇²ℓ)/ℓ = ‖∇u‖² + Tr ∇²u}, which is what MRD
 * is to second order. With random signs s_t, {@code E‖∇ Σ_t s_t u_t‖² = Σ_t ‖∇u_t‖²}: one backward
 * pass a draw, for all samples. Not MRD: it ranks as MRD does only where the second term doesn't
 * vary.
 *
 * <p>Signs of draw k come from stream (seed, "mrd-gradient", epoch, k), a child a sample. Clamped
 * tokens are left out. A draw counts as one pass and costs about two.
 *
 * <p><b>Source:</b> not in the paper; App. A with u = log|ℓ|.
 */
public final class GradientEstimator implements MrdEstimator {
  private final GradientScorer gradients;

  /** With these gradients. */
  public GradientEstimator(GradientScorer gradients) {
    this.gradients = gradients;
  }

  @Override
  public DrawSource draws(
      NoisyScorer scorer, int sampleCount, MrdSettings settings, long seed, int epoch) {
    int[] all = IntStream.range(0, sampleCount).toArray();
    RandomStream signs = RandomStream.of(seed, "mrd-gradient", epoch, 0);
    List<RelativeChange> samples = RelativeChange.ofAll(scorer.logProbs(all, signs, 0), settings);
    return new BackwardDraws(
        samples, k -> norms(gradients, samples, settings.sigma(), signs.child(k)));
  }

  /** {@code (σ²/2n) ‖Σ_t s_t ∇u_t‖²} of every sample, with random signs from the stream. */
  static double[] norms(
      GradientScorer gradients, List<RelativeChange> samples, double sigma, RandomStream signs) {
    double[] squares =
        gradients.squaredNorms(
            (sample, logProbs) -> {
              RandomStream own = signs.child(sample);
              double[] slopes = samples.get(sample).logSlopes();
              for (int t = 0; t < slopes.length; t++) {
                slopes[t] *= 2 * own.nextInt(2) - 1;
              }
              return slopes;
            });
    for (int i = 0; i < squares.length; i++) {
      squares[i] = samples.get(i).total(sigma * sigma / 2 * squares[i]);
    }
    return squares;
  }
}
