package io.engram.unlearn.mrd;

import java.util.List;

/** Independent values of r, one of every sample at a time; an estimator's way to make them. */
public interface DrawSource {
  /** Passes of the model that a value costs: 2 for an antithetic pair. */
  int passes();

  /** The samples, as they are without noise. */
  List<RelativeChange> samples();

  /**
   * Value number k of every sample; a pure function of k.
   *
   * @return NaN where a log-probability isn't finite
   */
  Draw draw(int k);

  /** How many of these there are, as a progress line calls them. */
  String unit();

  /** What takes noise out of the values, or {@link ControlVariate#NONE}. */
  default ControlVariate control() {
    return ControlVariate.NONE;
  }

  /**
   * One value of every sample.
   *
   * @param values r, or |r| with the absolute value inside; {@code [N]}
   * @param controls c, whose mean is known; {@code [N]}, empty where there is none
   */
  record Draw(double[] values, double[] controls) {
    /** Values without a control. */
    public static Draw of(double[] values) {
      return new Draw(values, new double[0]);
    }
  }
}
