package io.engram.unlearn.eval.tofu;

import io.engram.core.stats.KolmogorovSmirnov;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * Whether two sets of truth ratios could come from the same distribution: the p-value of a
 * two-sample Kolmogorov-Smirnov test. Near 1, the two can't be distinguished; near 0, they can. Two
 * measures have that name:
 *
 * <ul>
 *   <li>TOFU's compares the forget set under the model and under one that never saw it, so 1 is the
 *       aim. <b>Source:</b> Maini et al.: TOFU, a task of fictitious unlearning for LLMs (2024).
 *   <li>WAGLE's compares forget and retain set under one model. Both were learned alike, so it is
 *       high before unlearning, and low once the forget set differs from the retain set.
 *       <b>Source:</b> WAGLE, {@code src/metrics/Tofu.py}, "Forget Quality".
 * </ul>
 */
final class ForgetQuality {
  private ForgetQuality() {}

  /**
   * The test; infinite ratios have an order.
   *
   * @param ratios R of each row
   * @param others R of the rows compared with
   * @return null if either is empty or a ratio is NaN
   */
  static KolmogorovSmirnov.@Nullable Result of(double[] ratios, double[] others) {
    boolean comparable =
        ratios.length > 0
            && others.length > 0
            && DoubleStream.concat(Arrays.stream(ratios), Arrays.stream(others))
                .noneMatch(Double::isNaN);
    return comparable ? KolmogorovSmirnov.twoSample(ratios, others) : null;
  }
}
