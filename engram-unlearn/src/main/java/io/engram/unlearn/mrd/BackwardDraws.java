package io.engram.unlearn.mrd;

import java.util.List;
import java.util.function.IntFunction;

/**
 * Values from one backward pass each.
 *
 * @param backward gives a value of every sample
 */
record BackwardDraws(List<RelativeChange> samples, IntFunction<double[]> backward)
    implements DrawSource {
  @Override
  public int passes() {
    return 1;
  }

  @Override
  public String unit() {
    return "backward passes";
  }

  @Override
  public Draw draw(int k) {
    return Draw.of(backward.apply(k));
  }
}
