package io.engram.core.metric;

import java.util.Arrays;

/**
 * Min-K% and Min-K%++: how unlikely a text's least likely tokens are. A high score means the text
 * was probably not seen in training.
 *
 * <p><b>Source:</b> Shi et al.: Detecting pretraining data from large language models (2024).
 */
public final class MinK {
  /**
   * Lower limit of the variance, which is nearly 0 if the model is certain; as in open-unlearning.
   */
  private static final double LEAST_VARIANCE = 1e-6;

  private MinK() {}

  /**
   * {@code −mean of the lowest ⌊k·T⌋ log-probabilities}, as in the evaluator of the MRD paper's
   * Table 1 (there over prompt and answer, k = 0.5).
   *
   * @param tokenLogProbs nats {@code [T]}
   * @param k the share of tokens, in (0, 1]
   * @return nats; infinite if one of these tokens has probability 0; NaN if ⌊k·T⌋ = 0 or a
   *     log-probability is NaN
   */
  public static double score(double[] tokenLogProbs, double k) {
    return lowest(tokenLogProbs, share(tokenLogProbs, k));
  }

  /**
   * {@code −mean of the lowest max(1, ⌊k·n⌋) log-probabilities}, as in open-unlearning (there over
   * the answer without its end token, k = 0.4).
   *
   * @return nats; infinite if one of these tokens has probability 0; 0 if there are no tokens; NaN
   *     if a log-probability is NaN
   */
  public static double answerScore(double[] tokenLogProbs, double k) {
    return tokenLogProbs.length == 0
        ? 0
        : lowest(tokenLogProbs, Math.max(1, share(tokenLogProbs, k)));
  }

  /**
   * Min-K%++: Min-K% of standardised log-probabilities, {@code z_t = (ℓ_t − μ_t) / σ_t}, with μ_t
   * and σ_t² the mean and variance of log p(v | x_&lt;t) for v drawn from the model itself. So a
   * token counts as unlikely only if the model was sure of another one. A high score means the text
   * was probably not seen in training.
   *
   * <p><b>Source:</b> Zhang et al.: Min-K%++, improved baseline for detecting pre-training data
   * (2024).
   *
   * <p>The score is {@code −mean of the lowest max(1, ⌊k·n⌋) z_t}, with the variance in z at least
   * 1e-6.
   *
   * @param logProbs ℓ_t in nats without the end token, {@code [n]}
   * @param means μ_t, {@code [n]}
   * @param variances σ_t², {@code [n]}
   * @param k the share of tokens, in (0, 1]
   * @return in standard deviations; 0 if there are no tokens; NaN if a z_t is NaN
   */
  public static double plusPlus(double[] logProbs, double[] means, double[] variances, double k) {
    double[] z = new double[logProbs.length];
    for (int t = 0; t < z.length; t++) {
      z[t] = (logProbs[t] - means[t]) / Math.sqrt(Math.max(variances[t], LEAST_VARIANCE));
    }
    return answerScore(z, k);
  }

  private static int share(double[] tokenLogProbs, double k) {
    if (!(k > 0 && k <= 1)) {
      throw new IllegalArgumentException("k = " + k + " is not in (0, 1]");
    }
    return (int) (k * tokenLogProbs.length);
  }

  private static double lowest(double[] tokenLogProbs, int count) {
    double[] sorted = tokenLogProbs.clone();
    Arrays.sort(sorted);
    // NaN sorts as the largest value, where it would go unnoticed.
    if (sorted.length > 0 && Double.isNaN(sorted[sorted.length - 1])) {
      return Double.NaN;
    }
    return -Arrays.stream(sorted, 0, count).average().orElse(Double.NaN);
  }
}
