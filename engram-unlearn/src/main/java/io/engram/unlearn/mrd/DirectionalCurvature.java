package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;

/** All that {@link HutchinsonTrace} needs of a model: curvature along random signs. */
@FunctionalInterface
public interface DirectionalCurvature {
  /**
   * {@code vᵀ∇²ℓ_t v} with v random signs over all parameters.
   *
   * @param sample which one, by number
   * @param signs the stream of v, at its beginning and used for this call alone
   * @return {@code [n]}
   */
  double[] along(int sample, RandomStream signs);
}
