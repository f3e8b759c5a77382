package io.engram.unlearn.study.measures;

import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.MembershipInference;
import java.util.stream.IntStream;

/**
 * How well a measure tells models that know from models that don't.
 *
 * @param known mean over the models that know
 * @param unknown mean over those that don't
 * @param auc the probability that a model that knows has the larger value, ties counting half, with
 *     DeLong's standard error. That error is 0 if all pairs are in order, or all are in the wrong
 *     order
 */
record Separation(MeanWithError known, MeanWithError unknown, MeanWithError auc) {
  /**
   * Of these models.
   *
   * @param known a value for each model that knows, none NaN
   * @param unknown for each that doesn't, none NaN
   */
  static Separation of(double[] known, double[] unknown) {
    return new Separation(
        MeanWithError.of(known),
        MeanWithError.of(unknown),
        MembershipInference.auc(known, unknown));
  }

  /** The distance between the means of the groups. */
  double gap() {
    return known.mean() - unknown.mean();
  }

  /** The standard error of {@link #gap}. */
  double gapError() {
    return Math.hypot(known.standardError(), unknown.standardError());
  }

  /**
   * The gap in standard deviations: {@code (x̄_k − x̄_u) / √((s_k² + s_u²) / 2)}.
   *
   * @return infinite if all values of each group are equal and the groups differ; NaN for fewer
   *     than two models in a group
   */
  double deviations() {
    double variances =
        Math.pow(known.standardError(), 2) * known.n()
            + Math.pow(unknown.standardError(), 2) * unknown.n();
    return gap() / Math.sqrt(variances / 2);
  }

  /**
   * The share of the gap that an attack leaves: {@code (x̄'_k − x̄'_u) / (x̄_k − x̄_u)}, x' after
   * the attack. 1: nothing changed, or both groups changed alike; 0: the attack made them equal.
   * The error is that of the mean changes, model by model, over the gap, which is taken as known.
   *
   * @param known values of the models that know, before and after
   * @param unknown of those that don't
   * @return NaN if the gap before is not above two standard errors, so that there is nothing to
   *     keep
   */
  static MeanWithError kept(double[][] known, double[][] unknown) {
    Separation before = of(known[0], unknown[0]);
    MeanWithError knownChange = change(known);
    MeanWithError unknownChange = change(unknown);
    double gap = before.gap();
    int n = known[0].length + unknown[0].length;
    if (!(gap > 2 * before.gapError())) {
      return new MeanWithError(Double.NaN, Double.NaN, n);
    }
    return new MeanWithError(
        1 + (knownChange.mean() - unknownChange.mean()) / gap,
        Math.hypot(knownChange.standardError(), unknownChange.standardError()) / gap,
        n);
  }

  private static MeanWithError change(double[][] values) {
    return MeanWithError.of(
        IntStream.range(0, values[0].length)
            .mapToDouble(i -> values[1][i] - values[0][i])
            .toArray());
  }
}
