package io.engram.unlearn.eval.benchmark;

import io.engram.core.stats.KolmogorovSmirnov;
import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * Whether the forget set's truth ratios could be those of a model that never saw it: the p-value of
 * a two-sample Kolmogorov-Smirnov test. Near 1 they can't be told apart; small, they can.
 *
 * <p><b>Source:</b> Maini et al.: TOFU, a task of fictitious unlearning for LLMs (2024).
 * <b>Differs</b> from WAGLE's number of that name, which compares forget and retain set of one
 * model.
 */
final class ForgetQuality {
  private ForgetQuality() {}

  /** Whether all ratios have an order; infinite ones have. */
  static boolean isComparable(double[] unlearned, double[] retrained) {
    return unlearned.length > 0
        && retrained.length > 0
        && DoubleStream.concat(Arrays.stream(unlearned), Arrays.stream(retrained))
            .noneMatch(Double::isNaN);
  }

  /**
   * The test of the two models' ratios on the same rows, taken as two samples.
   *
   * @param unlearned R of each row, {@code [n]}
   * @param retrained the same under the model that never saw them
   */
  static KolmogorovSmirnov.Result of(double[] unlearned, double[] retrained) {
    return KolmogorovSmirnov.twoSample(unlearned, retrained);
  }
}
