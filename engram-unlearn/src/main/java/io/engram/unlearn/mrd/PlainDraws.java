package io.engram.unlearn.mrd;

import io.engram.unlearn.mrd.EstimatorSection.Absolute;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Values r(δ_k), one pass each.
 *
 * @param perturbed gives ℓ_t(θ+δ_k) of every sample
 */
record PlainDraws(
    List<RelativeChange> samples, Absolute absolute, IntFunction<List<double[]>> perturbed)
    implements DrawSource {
  @Override
  public int passes() {
    return 1;
  }

  @Override
  public String unit() {
    return "draws";
  }

  @Override
  public Draw draw(int k) {
    List<double[]> logProbs = perturbed.apply(k);
    double[] values = new double[samples.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = absolute.of(samples.get(i).of(logProbs.get(i)));
    }
    return Draw.of(values);
  }
}
