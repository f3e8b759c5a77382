package io.engram.core.metric;

/**
 * Min-K%++: Min-K% of standardised log-probabilities, {@code z_t = (ℓ_t − μ_t) / σ_t}, μ_t and σ_t²
 * mean and variance of log p(v | x_&lt;t) with v drawn from the model itself. So a token counts as
 * unlikely only where the model was sure of another. High = probably not seen in training.
 *
 * <p><b>Source:</b> Zhang et al.: Min-K%++, improved baseline for detecting pre-training data
 * (2024).
 */
public final class MinKPlusPlus {
  /** Where the model is certain, the variance is nearly 0; as in open-unlearning. */
  static final double LEAST_VARIANCE = 1e-6;

  private MinKPlusPlus() {}

  /**
   * {@code −mean of the lowest max(1, ⌊k·n⌋) z_t}, z with the variance at least 1e-6.
   *
   * @param logProbs ℓ_t in nats, the end token left out, {@code [n]}
   * @param means μ_t, {@code [n]}
   * @param variances σ_t², {@code [n]}
   * @param k the share of tokens, in (0, 1]
   * @return in standard deviations; 0 of no tokens; NaN where a z_t is
   */
  public static double score(double[] logProbs, double[] means, double[] variances, double k) {
    double[] z = new double[logProbs.length];
    for (int t = 0; t < z.length; t++) {
      z[t] = (logProbs[t] - means[t]) / Math.sqrt(Math.max(variances[t], LEAST_VARIANCE));
    }
    return MinK.answerScore(z, k);
  }
}
