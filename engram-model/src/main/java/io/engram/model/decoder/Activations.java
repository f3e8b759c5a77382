package io.engram.model.decoder;

import org.bytedeco.pytorch.Tensor;

/**
 * Sees what goes into and comes out of every layer that has weights, in order of use; hung on
 * {@link Parameters#observe}. The tensors are the pass's own: borrowed.
 */
public interface Activations {
  /**
   * A linear layer was applied, its adapter included.
   *
   * @param prefix name of its weight, less {@code .weight}
   * @param x {@code [N, in]}; layers that share their input are given the same object
   * @param y {@code [N, out]}
   */
  void linear(String prefix, Tensor x, Tensor y);

  /**
   * A norm was applied.
   *
   * @param weight name of its gain
   * @param x {@code [N, C]}
   * @param y {@code [N, C]}
   */
  void norm(String weight, Tensor x, Tensor y);
}
