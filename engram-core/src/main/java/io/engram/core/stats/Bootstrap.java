package io.engram.core.stats;

import io.engram.core.random.RandomStream;
import java.util.Arrays;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.hipparchus.stat.descriptive.rank.Percentile;
import org.hipparchus.stat.descriptive.rank.Percentile.EstimationType;

/** Bootstrap intervals: resamples the data with replacement (Efron, 1979). */
public final class Bootstrap {
  /**
   * An interval.
   *
   * @param low the (1 − level)/2 quantile of the resampled statistic
   * @param high the (1 + level)/2 quantile
   */
  public record Interval(double low, double high) {
    /** The whole real line: nothing is known. */
    public static final Interval NOTHING =
        new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
  }

  private Bootstrap() {}

  /**
   * The percentile interval of a statistic. Resamples for which the statistic is NaN are skipped,
   * such as a correlation of equal values.
   *
   * @param level the share covered, in (0, 1): 0.95
   * @param draws number of resamples; at least 1,000 for a level of 0.95
   * @param random the random stream for resampling
   * @throws IllegalArgumentException if the sample is empty, or level or draws are out of range
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
    // R_7 is the linear interpolation that numpy and R use by default.
    Percentile quantile = new Percentile().withEstimationType(EstimationType.R_7);
    quantile.setData(Arrays.stream(redrawn).filter(value -> !Double.isNaN(value)).toArray());
    return new Interval(quantile.evaluate(50 * (1 - level)), quantile.evaluate(50 * (1 + level)));
  }

  /**
   * The same for a statistic of pairs, such as a correlation. Resamples whole pairs.
   *
   * @param x the first value of each pair
   * @param y the second, as many
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
