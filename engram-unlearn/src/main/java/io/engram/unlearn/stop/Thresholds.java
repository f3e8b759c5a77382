package io.engram.unlearn.stop;

import java.util.Arrays;

/**
 * The thresholds below which a sample's EL and MA must fall for it to count as forgotten. By
 * default, the means over all samples under the model at the start.
 *
 * <p><b>Source:</b> App. C.4. <b>Differs:</b> a value of 0 counts as below a threshold of 0, since
 * it can't be lower. A sample too short to have an EL is judged by MA alone; so are all samples if
 * the threshold of EL is 1 or more.
 *
 * @param el threshold of EL_10; NaN if no sample has an EL, which is then ignored
 * @param ma threshold of MA
 */
public record Thresholds(double el, double ma) {
  /**
   * The means over samples.
   *
   * @param el {@code [N]}; NaN for a sample that has none
   * @param ma {@code [N]}
   */
  public static Thresholds means(double[] el, double[] ma) {
    return new Thresholds(mean(el), mean(ma));
  }

  /** The mean of the values that are not NaN; NaN if there are none. */
  static double mean(double[] values) {
    return Arrays.stream(values).filter(v -> !Double.isNaN(v)).average().orElse(Double.NaN);
  }

  /** Whether MA is low enough. EL is measured only then, since it costs more. */
  public boolean maIsBelow(double value) {
    return value < ma || value == 0;
  }

  /**
   * Whether EL can decide anything. It can't if its threshold is 1 or more, since no sample has
   * more than 1, or if no sample has an EL.
   */
  boolean asksEl() {
    return el < 1;
  }

  /** Whether EL is low enough. */
  public boolean elIsBelow(double value) {
    return Double.isNaN(value) || !asksEl() || value < el || value == 0;
  }
}
