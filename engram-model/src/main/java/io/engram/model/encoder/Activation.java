package io.engram.model.encoder;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What lies between the two linear layers of a feed-forward block. */
enum Activation {
  /** {@code x Φ(x)} (Hendrycks &amp; Gimpel 2016). */
  GELU,
  /** {@code x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³)))}. */
  GELU_TANH,
  /** {@code max(x, 0)}. */
  RELU;

  /** What {@link #named} knows, for messages. */
  static final String NAMES = "gelu, gelu_new, gelu_pytorch_tanh and relu";

  /** The one that a config.json calls so. */
  static Optional<Activation> named(String name) {
    return switch (name) {
      case "gelu" -> Optional.of(GELU);
      case "gelu_new", "gelu_pytorch_tanh" -> Optional.of(GELU_TANH);
      case "relu" -> Optional.of(RELU);
      default -> Optional.empty();
    };
  }

  Tensor apply(Tensor x) {
    return switch (this) {
      case GELU -> torch.gelu(x);
      case GELU_TANH -> torch.gelu(x, "tanh");
      case RELU -> torch.relu(x);
    };
  }
}
