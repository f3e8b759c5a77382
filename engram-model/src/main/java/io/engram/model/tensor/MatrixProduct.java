package io.engram.model.tensor;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A float32 matrix product, to measure the most that a machine can do. */
public final class MatrixProduct {
  private MatrixProduct() {}

  /**
   * Multiplies two {@code [n, n]} matrices of ones, 2n³ operations; returns one number of it, n.
   */
  public static double run(int n) {
    Torch.load();
    try (PointerScope scope = new PointerScope()) {
      Tensor ones = torch.ones(new long[] {n, n}, Tensors.options(ScalarType.Float));
      return ones.mm(ones).narrow(0, 0, 1).narrow(1, 0, 1).item_double();
    }
  }
}
