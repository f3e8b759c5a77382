package io.engram.unlearn.mrd;

/** Squared norms of gradients over all parameters, as the estimators need them. */
public interface GradientScorer {
  /** Coefficients of a sample's tokens. */
  @FunctionalInterface
  interface Coefficients {
    /**
     * c_t of the labelled tokens.
     *
     * @param sample its index
     * @param logProbs ℓ_t(θ), nats, {@code [n]}
     * @return {@code [n]}
     */
    double[] of(int sample, double[] logProbs);
  }

  /** {@code ‖∇_θ Σ_t c_t ℓ_t‖²} of samples 0 to N − 1. */
  double[] squaredNorms(Coefficients coefficients);

  /**
   * {@code ‖Σ_t w_t S_t ξ_t‖²} of samples 0 to N − 1, with S_t Sᵀ_t = J_tᵀ(diag p_t − p_t p_tᵀ)J_t,
   * the Gauss-Newton part of −∇²ℓ_t, and random signs ξ. Its mean is {@code Σ_t w_t² tr(S_t Sᵀ_t)}.
   *
   * @param draw number of the draw; the same number gives the same signs
   */
  double[] gaussNewton(Coefficients weights, int draw);
}
