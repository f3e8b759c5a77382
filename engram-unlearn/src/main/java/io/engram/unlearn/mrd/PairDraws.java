package io.engram.unlearn.mrd;

import io.engram.unlearn.mrd.EstimatorSection.Absolute;
import java.util.List;

/** Values {@code (r(δ_k) + r(−δ_k)) / 2}, two passes each. */
record PairDraws(
    List<RelativeChange> samples, Absolute absolute, ControlVariate control, PairScorer scorer)
    implements DrawSource {
  /** Gives pair number k. */
  @FunctionalInterface
  interface PairScorer {
    /** ℓ_t of every sample under both signs. */
    NoisyScorer.Pair at(int k);
  }

  @Override
  public int passes() {
    return 2;
  }

  @Override
  public String unit() {
    return "pairs";
  }

  @Override
  public Draw draw(int k) {
    NoisyScorer.Pair pair = scorer.at(k);
    int count = samples.size();
    double[] values = new double[count];
    double[] controls = new double[control == ControlVariate.NONE ? 0 : count];
    for (int i = 0; i < count; i++) {
      double plus = absolute.of(samples.get(i).of(pair.plus().get(i)));
      double minus = absolute.of(samples.get(i).of(pair.minus().get(i)));
      values[i] = (plus + minus) / 2;
      if (controls.length > 0) {
        controls[i] = samples.get(i).oddPart(pair.plus().get(i), pair.minus().get(i));
      }
    }
    return new Draw(values, controls);
  }
}
