package io.engram.unlearn.mrd;

import java.util.List;

/**
 * Reduces the variance of an estimator's values with a second quantity c of the same draws whose
 * mean is known: {@code v − β·(c − E c)} has the mean of v and less variance.
 */
@FunctionalInterface
public interface ControlVariate {
  /** Leaves the values unchanged. */
  ControlVariate NONE =
      (samples, draws) ->
          new Adjusted(
              draws.stream().map(DrawSource.Draw::values).toArray(double[][]::new),
              new double[samples],
              List.of());

  /**
   * Removes from the values what the control explains.
   *
   * @param samples N
   * @param draws all draws so far, K
   */
  Adjusted apply(int samples, List<DrawSource.Draw> draws);

  /**
   * Adjusted values.
   *
   * @param values {@code [K][N]}
   * @param addedErrors for each sample, a standard error that all its values share because the
   *     control's mean is itself an estimate; {@code [N]}
   * @param notes what a reader should know
   */
  record Adjusted(double[][] values, double[] addedErrors, List<String> notes) {}
}
