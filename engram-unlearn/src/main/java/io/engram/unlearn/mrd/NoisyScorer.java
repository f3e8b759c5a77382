package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import java.util.ArrayList;
import java.util.List;

/** All that an estimator needs of a model: token log-probabilities under perturbed parameters. */
@FunctionalInterface
public interface NoisyScorer {
  /**
   * ℓ_t(θ + scale·ε) of some samples, ε ~ N(0, I) over all parameters.
   *
   * @param samples which ones, by number
   * @param noise the stream of ε, at its beginning and used for this call alone; the same stream
   *     with scales s and −s gives opposite perturbations
   * @param scale 0: θ itself
   * @return nats, {@code [n]} each, in the order of {@code samples}
   */
  List<double[]> logProbs(int[] samples, RandomStream noise, double scale);

  /**
   * ℓ_t of some samples, an ε of its own for each: number i of the list takes the stream's child i.
   *
   * @param samples which ones; one may be there several times, for several draws
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
}
