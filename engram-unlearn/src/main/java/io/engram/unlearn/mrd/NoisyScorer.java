package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Computes token log-probabilities under perturbed parameters for the estimators. */
@FunctionalInterface
public interface NoisyScorer {
  /**
   * ℓ_t(θ + scale·ε) of some samples, ε ~ N(0, I) over all parameters.
   *
   * @param samples indices of the samples
   * @param noise the stream of ε, at its beginning and used only for this call; the same stream
   *     with scales s and −s gives opposite perturbations
   * @param scale 0: θ itself
   * @return nats, {@code [n]} each, in the order of {@code samples}
   */
  List<double[]> logProbs(int[] samples, RandomStream noise, double scale);

  /**
   * Scores with both signs of one ε. A model that can make ε once for both overrides this.
   *
   * @param noise gives the stream of ε, at its beginning, at each call
   */
  default Pair pair(int[] samples, Supplier<RandomStream> noise, double scale) {
    return new Pair(logProbs(samples, noise.get(), scale), logProbs(samples, noise.get(), -scale));
  }

  /**
   * ℓ_t of some samples, each with its own ε: entry i of the list uses the stream's child i.
   *
   * @param samples indices; an index may occur several times, for several draws
   * @param noise with the same stream, scales s and −s give draws whose first orders are opposite
   * @param scale 0: θ itself
   * @return nats, {@code [n]} each, in the order of {@code samples}
   */
  default List<double[]> independent(int[] samples, RandomStream noise, double scale) {
    List<double[]> all = new ArrayList<>();
    for (int i = 0; i < samples.length; i++) {
      all.addAll(logProbs(new int[] {samples[i]}, noise.child(i), scale));
    }
    return all;
  }

  /**
   * ℓ_t under opposite perturbations, nats, {@code [n]} per sample.
   *
   * @param plus at θ + scale·ε
   * @param minus at θ − scale·ε
   */
  record Pair(List<double[]> plus, List<double[]> minus) {}
}
