package io.engram.core.metric;

import java.util.Arrays;

/**
 * The probability of an answer, normalised by its length.
 *
 * <p><b>Source:</b> Maini et al.: TOFU, a task of fictitious unlearning for LLMs (2024).
 */
public final class AnswerProbability {
  private AnswerProbability() {}

  /**
   * {@code ℓ̄ = (1/n) Σ_t ℓ_t}.
   *
   * @param logProbs ℓ_t in nats, including the end token's, {@code [n]}
   * @return nats per token; NaN if there are no tokens
   */
  public static double meanLog(double[] logProbs) {
    return Arrays.stream(logProbs).average().orElse(Double.NaN);
  }

  /**
   * {@code P(right) / (P(right) + Σ_j P(wrong_j))}, {@code P = exp(ℓ̄)}. <b>Differs</b> from
   * open-unlearning, which adds 1e-10 to the denominator; TOFU's authors don't.
   *
   * @param right ℓ̄ of the right answer, nats per token
   * @param wrong ℓ̄ of each wrong answer
   * @return in [0, 1]; 1 if there are no wrong answers
   */
  public static double amongOptions(double right, double[] wrong) {
    return 1 / (1 + Arrays.stream(wrong).map(own -> Math.exp(own - right)).sum());
  }
}
