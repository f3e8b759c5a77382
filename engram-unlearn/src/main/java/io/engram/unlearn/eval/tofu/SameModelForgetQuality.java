package io.engram.unlearn.eval.tofu;

import io.engram.core.stats.KolmogorovSmirnov;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * Whether one model's truth ratios of the forget set could be those of its retain set: the p-value
 * of a two-sample Kolmogorov-Smirnov test. Both sets were learned alike, so it is high before
 * unlearning, and low where the forget set is told from the retain set.
 *
 * <p><b>Source:</b> WAGLE, {@code src/metrics/Tofu.py}, "Forget Quality". <b>Not</b> the forget
 * quality of TOFU, which compares with a model that never saw the forget set and is high where the
 * two can't be told apart.
 */
final class SameModelForgetQuality {
  private SameModelForgetQuality() {}

  /**
   * The test.
   *
   * @param forget R of each row of the forget set
   * @param retain of the retain set
   * @return null where a set is empty or a ratio is NaN
   */
  static KolmogorovSmirnov.@Nullable Result of(double[] forget, double[] retain) {
    boolean comparable =
        forget.length > 0
            && retain.length > 0
            && DoubleStream.concat(Arrays.stream(forget), Arrays.stream(retain))
                .noneMatch(Double::isNaN);
    return comparable ? KolmogorovSmirnov.twoSample(forget, retain) : null;
  }
}
