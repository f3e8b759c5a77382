package io.engram.unlearn.characteristic;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * How likely the model, before unlearning, is to write a sample's tokens: the mean of ℓ_t, and the
 * mean of p_t.
 *
 * <p><b>Source:</b> §3.3, §4.2: "using the average probability as the threshold". <b>Differs:</b>
 * the paper doesn't say which mean, so both are there. p_t is ruled by the likely tokens, ℓ_t by
 * the unlikely ones.
 */
public final class GenerationProbability {
  private GenerationProbability() {}

  /**
   * {@code (1/n) Σ_t ℓ_t}.
   *
   * @param logProbs ℓ_t in nats, {@code [n]}
   * @return nats, ≤ 0; NaN of no tokens
   */
  public static double meanLogProbability(double[] logProbs) {
    return mean(logProbs, DoubleUnaryOperator.identity());
  }

  /**
   * {@code (1/n) Σ_t exp ℓ_t}.
   *
   * @param logProbs ℓ_t in nats, {@code [n]}
   * @return in [0, 1]; NaN of no tokens
   */
  public static double meanProbability(double[] logProbs) {
    return mean(logProbs, Math::exp);
  }

  private static double mean(double[] logProbs, DoubleUnaryOperator of) {
    return Arrays.stream(logProbs).map(of).average().orElse(Double.NaN);
  }
}
