package io.engram.unlearn.eval;

import io.engram.core.metric.Auc;
import io.engram.core.stats.MeanWithError;
import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * How well a score separates forgotten texts from kept ones: the area under the ROC curve with the
 * forget set positive. With Min-K % as the score it is about ½ while both sets are remembered, and
 * approaches 1 as the forget set's texts become unlikely.
 */
public final class MembershipInference {
  private MembershipInference() {}

  /**
   * The AUC with its standard error: {@code Var = S₁₀/m + S₀₁/n}, S₁₀ the variance over positives
   * of the share of negatives below each, S₀₁ that over negatives.
   *
   * <p><b>Source:</b> DeLong, DeLong, Clarke-Pearson: Comparing the areas under two or more
   * correlated receiver operating characteristic curves (1988).
   *
   * @param forget scores of the forget set, {@code [m]}, none NaN
   * @param retain scores of the retain set, {@code [n]}, none NaN
   * @return AUC in [0, 1], NaN if a set is empty; the error is NaN if one has fewer than two scores
   */
  public static MeanWithError auc(double[] forget, double[] retain) {
    double[] scores = DoubleStream.concat(Arrays.stream(forget), Arrays.stream(retain)).toArray();
    boolean[] positive = new boolean[scores.length];
    Arrays.fill(positive, 0, forget.length, true);
    double positives = MeanWithError.of(sharesBelow(forget, retain)).standardError();
    double negatives = MeanWithError.of(sharesBelow(retain, forget)).standardError();
    return new MeanWithError(
        Auc.of(scores, positive), Math.hypot(positives, negatives), scores.length);
  }

  /**
   * The share of the others below each score, counting ties as half; the mean is the AUC with the
   * scores as positives.
   *
   * @return as long as {@code scores}, in [0, 1]; NaN if there are no others
   */
  public static double[] sharesBelow(double[] scores, double[] others) {
    return Arrays.stream(scores)
        .map(
            score ->
                Arrays.stream(others)
                        .map(other -> other < score ? 1 : other == score ? 0.5 : 0)
                        .sum()
                    / others.length)
        .toArray();
  }
}
