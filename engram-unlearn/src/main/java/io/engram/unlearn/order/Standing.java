package io.engram.unlearn.order;

import io.engram.core.run.MrdRow;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a run knows of each sample of its forget set; all arrays {@code [N]}.
 *
 * @param rows difficulty by the order's score; empty if it has none
 * @param left whether the stopping rule hasn't found the sample forgotten
 * @param start mean −ℓ_t before the first update, nats a token
 * @param nll the same at the sample's last pass through the model, in training or in a check
 * @param until L*_i, the mean −ℓ_t at which it is forgotten; NaN if the order uses none
 * @param loss the method's forget loss of the sample at its last draw, as if it were the only
 *     sample, without weights: for {@code grad_diff} −NLL; NaN before the first draw
 */
public record Standing(
    List<MrdRow> rows,
    boolean[] left,
    double[] start,
    double[] nll,
    double[] until,
    double[] loss) {
  /** What is left at least of a sample that isn't forgotten, as a share of what there was. */
  private static final double LEAST = 0.1;

  /** Number of samples. */
  int size() {
    return nll.length;
  }

  /**
   * How far each sample is from being forgotten, {@code d_i = max(0, L*_i − NLL_i)} nats a token. A
   * sample may be beyond L* and not be forgotten, since another measure is above its limit; it
   * counts with a tenth of the mean of all d_i before the first update.
   */
  double[] deficits() {
    double mean =
        IntStream.range(0, size()).mapToDouble(this::begun).filter(d -> d > 0).average().orElse(1);
    return IntStream.range(0, size())
        .mapToDouble(
            i -> {
              double own = Math.max(0, until[i] - nll[i]);
              return left[i] ? Math.max(own, LEAST * mean) : own;
            })
        .toArray();
  }

  /**
   * Which share of its way each sample still has to go, {@code d_i / d_i(0)}; at least a tenth for
   * one that isn't forgotten.
   */
  double[] shares() {
    return IntStream.range(0, size())
        .mapToDouble(
            i -> {
              double own = begun(i) > 0 ? Math.max(0, until[i] - nll[i]) / begun(i) : 0;
              return left[i] ? Math.max(own, LEAST) : own;
            })
        .toArray();
  }

  /** d_i before the first update. */
  private double begun(int i) {
    return Math.max(0, until[i] - start[i]);
  }
}
