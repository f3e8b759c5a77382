package io.engram.model.decoder;

import org.bytedeco.pytorch.Tensor;

/**
 * Sees the input and output of each layer with parameters and may return another output to continue
 * with. Rows are those of the packed batch; the last norm sees only the chosen rows. All tensors
 * are borrowed.
 */
public interface LayerObserver {
  /** Leaves everything as it is. */
  LayerObserver NONE = new LayerObserver() {};

  /**
   * The embedding of a batch's tokens, before any scale.
   *
   * @param ids {@code [N]}
   * @param y rows of the embedding, {@code [N, C]}
   */
  default Tensor embedded(int[] ids, Tensor y) {
    return y;
  }

  /**
   * The learned positions of a batch's tokens, before they are added to what was embedded.
   *
   * @param rows which row of the position embedding each token has, {@code [N]}
   * @param y these rows, {@code [N, C]}
   */
  default Tensor positions(int[] rows, Tensor y) {
    return y;
  }

  /**
   * A linear layer.
   *
   * @param prefix its weight is called {@code prefix + ".weight"}, its bias {@code prefix +
   *     ".bias"}
   * @param x {@code [N, in]}; layers that share their input receive the same object
   * @param y {@code [N, out]}, bias and adapter included
   */
  default Tensor linear(String prefix, Tensor x, Tensor y) {
    return y;
  }

  /**
   * A norm over the last dimension.
   *
   * @param name its gain's
   * @param x {@code [N, width]}, or {@code [N, heads, width]} where each head is normed
   * @param y of the same shape, gain and bias applied
   */
  default Tensor norm(String name, Tensor x, Tensor y) {
    return y;
  }
}
