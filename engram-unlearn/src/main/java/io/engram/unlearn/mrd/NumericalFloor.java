package io.engram.unlearn.mrd;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The MRD without any noise, when only the samples that share a batch change: rounding. An MRD that
 * is not well above it says nothing about the model.
 */
public final class NumericalFloor {
  /** The factor by which the median MRD must exceed the floor. */
  static final double MARGIN = 10;

  /** Half a unit in the last place of float32: no model's logits are more precise. */
  static final double FLOAT32 = 0x1p-24;

  private NumericalFloor() {}

  /**
   * {@code |r(0)|} between all samples scored at once and every second one scored at once. If
   * rounding was the same by chance, the value is at least that of one float32 operation.
   *
   * @return dimensionless, {@code [sampleCount]}, each at least 2⁻²⁴
   */
  public static double[] measure(NoisyScorer scorer, int sampleCount, Estimator estimator) {
    RandomStream unused = RandomStream.of(0, "mrd-floor", 0, 0);
    List<RelativeChange> together =
        estimator.changes(scorer.logProbs(IntStream.range(0, sampleCount).toArray(), unused, 0));
    double[] floor = new double[sampleCount];
    for (int parity = 0; parity < Math.min(2, sampleCount); parity++) {
      int[] half = IntStream.iterate(parity, i -> i < sampleCount, i -> i + 2).toArray();
      List<double[]> again = scorer.logProbs(half, unused, 0);
      for (int i = 0; i < half.length; i++) {
        floor[half[i]] = Math.max(FLOAT32, Math.abs(together.get(half[i]).of(again.get(i))));
      }
    }
    return floor;
  }

  /**
   * Rejects a σ whose MRD is not well above the floor: the median MRD must be at least 10 times the
   * median floor.
   *
   * @param mrd {@code [N]}, at least one
   * @param floor {@code [N]}
   * @throws EngramException with a σ that would suffice: with the absolute value outside, MRD grows
   *     as σ²; inside, as σ
   */
  public static void require(double[] mrd, double[] floor, double sigma, Absolute absolute) {
    double needed = MARGIN * median(floor);
    double signal = median(mrd);
    if (!isBelow(mrd, floor)) {
      return;
    }
    double factor = needed / signal;
    double growth = absolute == Absolute.OUTSIDE ? Math.sqrt(factor) : factor;
    throw EngramException.usage(
        "order.estimator.sigma = %s: too small for this model. The median MRD is %.1e, of which rounding alone makes %.1e.%n%s"
            .formatted(sigma, signal, median(floor), advice(sigma * growth)));
  }

  /** Whether the median MRD is less than 10 times the median floor. */
  static boolean isBelow(double[] mrd, double[] floor) {
    return !(median(mrd) >= MARGIN * median(floor));
  }

  private static String advice(double sigma) {
    return Double.isFinite(sigma)
        ? "σ = "
            + new BigDecimal(sigma).round(new MathContext(1, RoundingMode.UP)).doubleValue()
            + " or more would suffice."
        : "Use a larger one; the default is 0.001.";
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }
}
