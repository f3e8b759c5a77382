package io.engram.core.metric;

import java.util.Arrays;

/**
 * How likely wrong answers are relative to the right one: R = P(wrong) / P(right), with {@code P(a)
 * = exp((1/n) Σ_t ℓ_t)}. Below 1 the model prefers the true answer.
 *
 * <p><b>Source:</b> Maini et al.: TOFU, a task of fictitious unlearning for LLMs (2024).
 * <b>Differs</b> from open-unlearning, which adds 1e-10 to each denominator. Like TOFU's authors,
 * this class adds nothing; it works with differences of logarithms, which need no such term. Only
 * {@link #arithmeticBounded} adds a constant, as its source does.
 */
public final class TruthRatio {
  private static final double WAGLE_EPSILON = 1e-12;

  private TruthRatio() {}

  /**
   * {@code exp(mean_j ℓ̄(wrong_j) − ℓ̄(right))}: the geometric mean over the wrong answers, as
   * computed by the code of TOFU and of open-unlearning.
   *
   * @param right ℓ̄ of the right answer, nats a token
   * @param wrong ℓ̄ of each wrong answer
   * @return 0 to infinity; NaN of no wrong answers
   */
  public static double geometric(double right, double[] wrong) {
    return Math.exp(Arrays.stream(wrong).average().orElse(Double.NaN) - right);
  }

  /**
   * {@code mean_j P(wrong_j) / P(right)}: the arithmetic mean, as in the TOFU paper and in the
   * evaluator of WAGLE; never below the geometric mean.
   *
   * @param right ℓ̄ of the right answer, nats a token
   * @param wrong ℓ̄ of each wrong answer
   * @return 0 to infinity; NaN of no wrong answers
   */
  public static double arithmetic(double right, double[] wrong) {
    return Arrays.stream(wrong).map(own -> Math.exp(own - right)).average().orElse(Double.NaN);
  }

  /**
   * {@code mean_j P(wrong_j) / (P(right) + 1e-12)}: the same in the form that the evaluator of
   * WAGLE uses. It never exceeds 1e12, so a mean over rows is finite.
   *
   * @param right ℓ̄ of the right answer, nats a token
   * @param wrong ℓ̄ of each wrong answer
   * @return 0 to 1e12; NaN of no wrong answers
   */
  public static double arithmeticBounded(double right, double[] wrong) {
    double mean = Arrays.stream(wrong).map(Math::exp).average().orElse(Double.NaN);
    return mean / (Math.exp(right) + WAGLE_EPSILON);
  }

  /**
   * {@code min(R, 1/R)}: for the forget set, where the ideal is that right and wrong answers are
   * equally likely.
   *
   * @return in [0, 1]; 1 at R = 1
   */
  public static double closenessToOne(double ratio) {
    return Math.min(ratio, 1 / ratio);
  }

  /**
   * {@code P(right) / (P(right) + P(wrong)) = 1 / (1 + R)}: the share of the right answer, ½ if
   * right and wrong answers are equally likely. This is open-unlearning's {@code prob_mean}, with R
   * by the geometric mean.
   *
   * @return in [0, 1]
   */
  public static double shareOfTruth(double ratio) {
    return 1 / (1 + ratio);
  }

  /**
   * {@code max(0, 1 − R)}: for knowledge to keep, where the ideal is that wrong answers are
   * unlikely.
   *
   * @return in [0, 1]
   */
  public static double preferenceForTruth(double ratio) {
    return Math.max(0, 1 - ratio);
  }
}
