package io.engram.unlearn.mrd;

import io.engram.core.recipe.EstimatorSection.Absolute;
import io.engram.core.stats.MeanWithError;
import java.util.Arrays;

/**
 * The independent values of one sample's r that an estimator has drawn so far, and their mean.
 *
 * <p>{@code |E r|}: MRD = |mean of r|, with the standard error of the mean of r. That is right to
 * first order where MRD is well above its error; nearer to 0 the absolute value of noise is biased
 * upwards, and a MRD of the size of its standard error should be read as "not told from 0". {@code
 * E |r|}: the mean of |r| and its standard error.
 */
final class SampleDraws {
  private final RelativeChange change;
  private final Absolute absolute;
  private final double[] values;
  private int count;
  private int passes;
  private int nonFinite;

  /** At most {@code capacity} draws or pairs. */
  SampleDraws(RelativeChange change, Absolute absolute, int capacity) {
    this.change = change;
    this.absolute = absolute;
    this.values = new double[capacity];
  }

  /** Takes ℓ_t(θ+δ) of a draw. */
  void draw(double[] perturbed) {
    add(valueOf(perturbed), 1);
  }

  /**
   * Takes ℓ_t(θ+δ) and ℓ_t(θ−δ) of a pair. The mean of both is one value: with |E r| every odd
   * order in δ is gone from it.
   */
  void pair(double[] plus, double[] minus) {
    add((valueOf(plus) + valueOf(minus)) / 2, 2);
  }

  private double valueOf(double[] perturbed) {
    double r = change.of(perturbed);
    return absolute == Absolute.INSIDE ? Math.abs(r) : r;
  }

  private void add(double value, int passesOfValue) {
    if (Double.isNaN(value)) {
      nonFinite += passesOfValue;
      return;
    }
    values[count++] = value;
    passes += passesOfValue;
  }

  /** What all of it says. */
  MrdEstimate estimate() {
    MeanWithError mean = MeanWithError.of(Arrays.copyOf(values, count));
    return new MrdEstimate(
        Math.abs(mean.mean()),
        mean.standardError(),
        passes,
        change.tokens(),
        change.clamped(),
        nonFinite);
  }
}
