package io.engram.unlearn.stop;

import java.util.Arrays;

/**
 * What a sample's EL and MA have to come below for it to count as forgotten: the means over all
 * samples under the model at the start, where none are given.
 *
 * <p><b>Source:</b> App. C.4. <b>Differs:</b> a value of 0 counts as below a threshold of 0, for it
 * can't come lower; a sample too short to have an EL is judged by MA alone, and so are all where
 * the threshold of EL is 1 or more.
 *
 * @param el of EL_10; NaN where no sample has one: it isn't asked
 * @param ma of MA
 */
public record Thresholds(double el, double ma) {
  /**
   * Means over samples.
   *
   * @param el {@code [N]}; NaN where a sample has none
   * @param ma {@code [N]}
   */
  public static Thresholds means(double[] el, double[] ma) {
    return new Thresholds(mean(el), mean(ma));
  }

  /** The mean of what there is; NaN of nothing. */
  static double mean(double[] values) {
    return Arrays.stream(values).filter(v -> !Double.isNaN(v)).average().orElse(Double.NaN);
  }

  /** Whether MA is low enough; EL is asked only where it is, since it costs more. */
  public boolean maIsBelow(double value) {
    return value < ma || value == 0;
  }

  /** Whether EL decides anything: no sample has more than 1, or none has any. */
  boolean asksEl() {
    return el < 1;
  }

  /** Whether EL is low enough. */
  public boolean elIsBelow(double value) {
    return Double.isNaN(value) || !asksEl() || value < el || value == 0;
  }
}
