package io.engram.unlearn.mrd;

import java.util.List;

/**
 * Takes noise out of an estimator's values with a second quantity c of the same draws whose mean is
 * known: {@code v − β·(c − E c)} has the mean of v and less scatter.
 */
@FunctionalInterface
public interface ControlVariate {
  /** Leaves the values as they are. */
  ControlVariate NONE =
      (samples, draws) ->
          new Adjusted(
              draws.stream().map(DrawSource.Draw::values).toArray(double[][]::new),
              new double[samples],
              List.of());

  /**
   * The values without what the control explains.
   *
   * @param samples N
   * @param draws all so far, K
   */
  Adjusted apply(int samples, List<DrawSource.Draw> draws);

  /**
   * Adjusted values.
   *
   * @param values {@code [K][N]}
   * @param addedErrors a standard error a sample that all its values share, from the control's mean
   *     being an estimate; {@code [N]}
   * @param notes what a reader should know of it
   */
  record Adjusted(double[][] values, double[] addedErrors, List<String> notes) {}
}
