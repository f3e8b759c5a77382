package io.engram.unlearn.eval;

import io.engram.core.metric.Auc;
import io.engram.core.metric.PrivLeak;
import io.engram.core.stats.MeanWithError;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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
   * PrivLeak: the attack on a model compared with the same attack on a model that never saw the
   * forget set, {@code 100 (A − A_ref) / A_ref}, with A the probability that a forgotten text is
   * stranger than one of another set: 0 if it is plainly familiar.
   *
   * <p>Its error is that of {@code a·A + b·A_ref}, a and b the slopes, over the rows of both sets
   * by DeLong's method, since the two areas come from the same rows and vary together.
   *
   * @param forget scores of the forgotten texts, high if they are strange, {@code [m]}, none NaN
   * @param others the same of the other set, {@code [n]}
   * @param forgetReference the forgotten texts' under the model that never saw them, {@code [m]};
   *     null: A_ref is ½
   * @param othersReference the other set's under that model; null with the one before
   * @return in percent, n counts texts; infinite or NaN if A_ref is 0
   */
  public static MeanWithError privLeak(
      double[] forget,
      double[] others,
      double @Nullable [] forgetReference,
      double @Nullable [] othersReference) {
    double area = auc(forget, others).mean();
    double reference = 0.5;
    double[] forgetShares = new double[forget.length];
    double[] othersShares = new double[others.length];
    if (forgetReference != null && othersReference != null) {
      reference = auc(forgetReference, othersReference).mean();
      forgetShares = sharesBelow(forgetReference, othersReference);
      othersShares = sharesBelow(othersReference, forgetReference);
    }
    double a = 100 / reference;
    double b = -100 * area / (reference * reference);
    double error =
        Math.hypot(
            error(sharesBelow(forget, others), forgetShares, a, b),
            error(sharesBelow(others, forget), othersShares, a, b));
    return new MeanWithError(
        PrivLeak.of(1 - area, 1 - reference), error, forget.length + others.length);
  }

  /** The standard error of {@code Σ (a x_i + b y_i) / n}; the sign of the shares doesn't matter. */
  private static double error(double[] x, double[] y, double a, double b) {
    double[] parts = IntStream.range(0, x.length).mapToDouble(i -> a * x[i] + b * y[i]).toArray();
    return MeanWithError.of(parts).standardError();
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
