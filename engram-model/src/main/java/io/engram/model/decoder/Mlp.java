package io.engram.model.decoder;

import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** A gated MLP (Shazeer 2020): {@code down(activation(gate(x)) ⊙ up(x))}. */
final class Mlp {
  private Mlp() {}

  /** Applies the MLP of layer i to {@code x [N, C]}. */
  static Tensor apply(
      Parameters parameters, LayerObserver observer, DecoderConfig config, int i, Tensor x) {
    WeightNames names = config.names();
    LayerNames parts = names.parts();
    Activation activation = config.mlp().activation();
    Tensor gate;
    Tensor up;
    if (parts.gateUp() != null) {
      Tensor both = Linear.apply(parameters, observer, names.in(i, parts.gateUp()), x);
      TensorVector halves = both.chunk(2, 1);
      gate = activation.of(halves.get(0));
      up = halves.get(1);
    } else {
      String gateName = names.in(i, Objects.requireNonNull(parts.gate()));
      gate = activation.of(Linear.apply(parameters, observer, gateName, x));
      up = Linear.apply(parameters, observer, names.in(i, Objects.requireNonNull(parts.up())), x);
    }
    return Linear.apply(parameters, observer, names.in(i, parts.down()), gate.mul(up));
  }
}
