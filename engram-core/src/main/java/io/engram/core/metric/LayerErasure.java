package io.engram.core.metric;

/**
 * How much of what a model knew layer by layer was erased, measured by what a model that never knew
 * it lacks: {@code Σ_l d_r,l · clip(d_u,l / d_r,l, 0, 1) / Σ_l d_r,l} over the layers with {@code
 * d_r,l > 0.05}; d_u and d_r are by how many nats the unlearned and the retrained model fall short
 * of the original at layer l. 0: nothing is erased; 1: as much as the retrained model lacks.
 *
 * <p><b>Source:</b> the fixed-decoder logit lens and the unlearning depth score (UDS) of arXiv
 * 2605.24614, which differ in how d is measured.
 */
public final class LayerErasure {
  /** τ: layers at which the retrained model lacks less say nothing. */
  public static final double THRESHOLD = 0.05;

  private LayerErasure() {}

  /**
   * The share that is erased.
   *
   * @param retrained d_r by layer, nats
   * @param unlearned d_u by layer, nats
   * @return in [0, 1]; NaN if the retrained model lacks nothing at any layer
   */
  public static double of(double[] retrained, double[] unlearned) {
    double erased = 0;
    double all = 0;
    for (int l = 0; l < retrained.length; l++) {
      if (retrained[l] > THRESHOLD) {
        erased += Math.max(0, Math.min(unlearned[l], retrained[l]));
        all += retrained[l];
      }
    }
    return all == 0 ? Double.NaN : erased / all;
  }
}
