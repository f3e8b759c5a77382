package io.engram.core.stats;

import io.engram.core.random.RandomStream;
import java.util.Arrays;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.hipparchus.stat.descriptive.rank.Percentile;
import org.hipparchus.stat.descriptive.rank.Percentile.EstimationType;

/** Intervals by drawing the sample again from itself (Efron, 1979). */
public final class Bootstrap {
  /**
   * The interval's ends.
   *
   * @param low the (1 − level)/2 quantile of the redrawn statistic
   * @param high the (1 + level)/2 quantile
   */
  public record Interval(double low, double high) {
    /** Every number: nothing can be said. */
    public static final Interval NOTHING =
        new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
  }

  private Bootstrap() {}

  /**
   * The percentile interval of a statistic, over the draws that have one: where it is NaN (of equal
   * values, say, a correlation) the draw is left out.
   *
   * @param level the share covered, in (0, 1): 0.95
   * @param draws how many times the sample is redrawn; 1,000 and more for 0.95
   * @param random the stream the redrawing takes its numbers from
   * @throws IllegalArgumentException if the sample is empty, or level or draws out of range
   */
  public static Interval interval(
      double[] sample,
      ToDoubleFunction<double[]> statistic,
      double level,
      int draws,
      RandomStream random) {
    if (sample.length == 0 || draws < 1 || !(level > 0 && level < 1)) {
      throw new IllegalArgumentException(
          "a bootstrap needs a sample (n = %d), draws >= 1 (%d) and a level in (0, 1) (%s)"
              .formatted(sample.length, draws, level));
    }
    double[] redrawn = new double[draws];
    double[] again = new double[sample.length];
    for (int draw = 0; draw < draws; draw++) {
      Arrays.setAll(again, i -> sample[random.nextInt(sample.length)]);
      redrawn[draw] = statistic.applyAsDouble(again);
    }
    // R_7 is the linear interpolation that numpy and R use unless told otherwise.
    Percentile quantile = new Percentile().withEstimationType(EstimationType.R_7);
    quantile.setData(Arrays.stream(redrawn).filter(value -> !Double.isNaN(value)).toArray());
    return new Interval(quantile.evaluate(50 * (1 - level)), quantile.evaluate(50 * (1 + level)));
  }

  /**
   * The same of a statistic of pairs, such as a correlation: pairs are redrawn.
   *
   * @param x one of each pair
   * @param y the other, as many
   */
  public static Interval ofPairs(
      double[] x,
      double[] y,
      ToDoubleBiFunction<double[], double[]> statistic,
      double level,
      int draws,
      RandomStream random) {
    double[] indices = IntStream.range(0, x.length).asDoubleStream().toArray();
    return interval(
        indices,
        drawn -> statistic.applyAsDouble(chosen(x, drawn), chosen(y, drawn)),
        level,
        draws,
        random);
  }

  private static double[] chosen(double[] values, double[] indices) {
    return Arrays.stream(indices).map(i -> values[(int) i]).toArray();
  }
}
