package io.engram.model.decoder;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** SwiGLU (Shazeer 2020): {@code down(silu(gate(x)) ⊙ up(x))}. */
final class Mlp {
  private Mlp() {}

  /** Applies the MLP to {@code x [N, C]}. */
  static Tensor apply(Parameters parameters, LayerObserver observer, String prefix, Tensor x) {
    Tensor gate = torch.silu(Linear.apply(parameters, observer, prefix + ".gate_proj", x));
    Tensor up = Linear.apply(parameters, observer, prefix + ".up_proj", x);
    return Linear.apply(parameters, observer, prefix + ".down_proj", gate.mul(up));
  }
}
