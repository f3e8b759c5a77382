package io.engram.model.decoder;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** {@code x / √(mean(x²) + ε) ⊙ gain} over the last dimension (Zhang &amp; Sennrich 2019). */
final class RmsNorm {
  private RmsNorm() {}

  /** Applies the norm whose gain is called {@code name}. */
  static Tensor apply(Parameters parameters, DecoderConfig config, String name, Tensor x) {
    Tensor y =
        torch.rms_norm(
            x,
            new long[] {config.hiddenSize()},
            new TensorOptional(parameters.get(name)),
            new DoubleOptional(config.normEpsilon()));
    @Nullable Activations observer = parameters.observer();
    if (observer != null) {
      observer.norm(name, x, y);
    }
    return y;
  }
}
