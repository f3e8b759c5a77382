package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The metric the paper starts from and improves into MRD: {@code | Σ_t ℓ_t(θ) − Σ_t ℓ_t(θ+δ) |},
 * one draw, not divided by anything, so that long samples have large values. Kept for comparison.
 *
 * <p><b>Source:</b> Eq. 3.
 */
public final class PreliminaryMetric {
  private PreliminaryMetric() {}

  /**
   * Eq. 3 for one sample.
   *
   * @param original ℓ_t(θ) in nats, {@code [n]}
   * @param perturbed ℓ_t(θ+δ) in nats, {@code [n]}
   * @return nats, ≥ 0; NaN or infinite where a log-probability is
   * @throws IllegalArgumentException if the number of tokens differs
   */
  public static double of(double[] original, double[] perturbed) {
    if (original.length != perturbed.length) {
      throw new IllegalArgumentException(
          perturbed.length + " perturbed log-probabilities for " + original.length + " tokens");
    }
    return Math.abs(Arrays.stream(original).sum() - Arrays.stream(perturbed).sum());
  }

  /**
   * Eq. 3 for samples 0 to {@code sampleCount} − 1, with one δ ~ N(0, σ²I) for all of them from
   * stream (seed, "mrd-preliminary", epoch, 0).
   *
   * @return nats, {@code [sampleCount]}
   */
  public static double[] measure(
      NoisyScorer scorer, int sampleCount, double sigma, long seed, int epoch) {
    int[] all = IntStream.range(0, sampleCount).toArray();
    List<double[]> original = scorer.logProbs(all, stream(seed, epoch), 0);
    List<double[]> perturbed = scorer.logProbs(all, stream(seed, epoch), sigma);
    return IntStream.range(0, sampleCount)
        .mapToDouble(i -> of(original.get(i), perturbed.get(i)))
        .toArray();
  }

  private static RandomStream stream(long seed, int epoch) {
    return RandomStream.of(seed, "mrd-preliminary", epoch, 0);
  }
}
