package io.engram.unlearn.mrd;

import io.engram.unlearn.mrd.RelativeChange.Absolute;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;

/**
 * Chooses σ by trial: makes one antithetic pair at 1e-3 and computes from its median MRD m the σ at
 * which the median is 0.03, by {@code σ = 10⁻³ √(0.03/m)}, to two digits. There MRD is in its
 * quadratic regime and far above rounding. If the trial itself is not in that regime, the next
 * trial, at the σ it gave, is.
 */
public final class SigmaTrial {
  /** The target of the median MRD, dimensionless. */
  static final double AIM = 0.03;

  /** The first σ tried. */
  static final double START = 1e-3;

  private static final int TRIALS = 4;

  private SigmaTrial() {}

  /**
   * Finds σ for the request's samples; the request's own σ is ignored. Trials end when one confirms
   * the previous one within a factor of 1.5.
   *
   * @param estimator the estimator that will measure
   */
  public static double find(DrawRequest request, Estimator estimator) {
    double sigma = START;
    for (int trial = 0; trial < TRIALS; trial++) {
      double median = median(request.at(sigma), estimator);
      // Without a finite value the noise is far too large; without any change it is far too small.
      double factor =
          Double.isNaN(median)
              ? 0.1
              : median == 0 ? 10 : Math.min(10, Math.max(0.1, Math.sqrt(AIM / median)));
      sigma *= factor;
      if (factor > 1 / 1.5 && factor < 1.5) {
        break;
      }
    }
    return new BigDecimal(sigma).round(new MathContext(2)).doubleValue();
  }

  private static double median(DrawRequest request, Estimator estimator) {
    DrawSource pairs =
        DrawSource.Pairs.shared(
            request, estimator.changes(request.plain()), Absolute.OUTSIDE, ControlVariate.NONE);
    double[] values =
        Arrays.stream(pairs.draw(0).values())
            .map(Math::abs)
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    return values.length == 0 ? Double.NaN : values[values.length / 2];
  }
}
