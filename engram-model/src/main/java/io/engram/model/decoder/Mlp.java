package io.engram.model.decoder;

import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;

/**
 * The MLP of one layer: gated (Shazeer 2020), {@code down(activation(gate(x)) ⊙ up(x))}, or {@code
 * down(activation(up(x)))}.
 */
record Mlp(Parameters parameters, LayerObserver observer, DecoderConfig config, int layer) {
  /** Applies it to {@code x [N, C]}. */
  Tensor of(Tensor x) {
    return linear(config.names().parts().down(), activated(x));
  }

  private Tensor activated(Tensor x) {
    LayerNames parts = config.names().parts();
    Activation activation = config.mlp().activation();
    if (parts.gateUp() != null) {
      TensorVector halves = linear(parts.gateUp(), x).chunk(2, 1);
      return activation.of(halves.get(0)).mul(halves.get(1));
    }
    if (parts.gate() == null) {
      return activation.of(linear(parts.up(), x));
    }
    Tensor gate = activation.of(linear(parts.gate(), x));
    return gate.mul(linear(parts.up(), x));
  }

  private Tensor linear(@Nullable String part, Tensor x) {
    String name = config.names().in(layer, Objects.requireNonNull(part));
    return Linear.apply(parameters, observer, config, name, x);
  }
}
