package io.engram.core.metric;

import java.util.Arrays;

/**
 * The probability of an answer by its length.
 *
 * <p><b>Source:</b> Maini et al.: TOFU, a task of fictitious unlearning for LLMs (2024).
 */
public final class AnswerProbability {
  private AnswerProbability() {}

  /**
   * {@code ℓ̄ = (1/n) Σ_t ℓ_t}.
   *
   * @param logProbs ℓ_t in nats, the end token's among them, {@code [n]}
   * @return nats a token; NaN of no tokens
   */
  public static double meanLog(double[] logProbs) {
    return Arrays.stream(logProbs).average().orElse(Double.NaN);
  }

  /**
   * {@code P(right) / (P(right) + Σ_j P(wrong_j))}, {@code P = exp(ℓ̄)}. <b>Differs</b> from
   * open-unlearning, which adds 1e-10 below the line; TOFU's authors don't.
   *
   * @param right ℓ̄ of the right answer, nats a token
   * @param wrong ℓ̄ of each wrong answer
   * @return in [0, 1]; 1 where nothing is wrong
   */
  public static double amongOptions(double right, double[] wrong) {
    return 1 / (1 + Arrays.stream(wrong).map(own -> Math.exp(own - right)).sum());
  }
}
