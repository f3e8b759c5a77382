package io.engram.model.checkpoint;

import io.engram.model.decoder.Parameters;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * What an adapter folder holds for one weight.
 *
 * @param lowRank A, B and their scale
 * @param magnitude DoRA's m, {@code [out]}; null: none
 */
record StoredAdapter(Parameters.Adapter lowRank, @Nullable Tensor magnitude) {
  /**
   * The weight that a layer with this adapter has: {@code V = W + scale · B A}, and for DoRA {@code
   * m ⊙ V / ‖V‖}, the norm being that of what makes one output. In W's number format; belongs to
   * the running scope.
   *
   * <p><b>Source:</b> Liu et al. 2024, Eq. 5.
   */
  Tensor merged(Tensor weight) {
    Tensor added = lowRank.added();
    Tensor sum = weight.to(added.scalar_type()).add(added);
    if (magnitude == null) {
      return sum.to(weight.scalar_type());
    }
    long[] inputs = {lowRank.transposed() ? 0 : 1};
    Tensor norm = torch.norm(sum, new ScalarOptional(new Scalar(2.0)), inputs, true);
    Tensor m = lowRank.transposed() ? magnitude.view(1, -1) : magnitude.view(-1, 1);
    return sum.mul(m.div(norm)).to(weight.scalar_type());
  }
}
