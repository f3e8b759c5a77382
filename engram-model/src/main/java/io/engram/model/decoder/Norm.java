package io.engram.model.decoder;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** {@code x / √(mean(x²) + ε) ⊙ gain} over the last dimension (Zhang &amp; Sennrich 2019). */
public final class Norm {
  private Norm() {}

  /**
   * Applies the norm whose gain is called {@code name}.
   *
   * @param x {@code [N, width]} or {@code [N, heads, width]}
   */
  static Tensor apply(
      Parameters parameters, LayerObserver observer, DecoderConfig config, String name, Tensor x) {
    Tensor stored = parameters.get(name);
    Tensor y =
        config.norm().gain() == NormSettings.Gain.PLAIN
            ? rms(x, new TensorOptional(Linear.as(x, stored)), config)
            : lessOne(x, stored, config);
    return observer.norm(name, x, y);
  }

  /** In float32 at least: in bfloat16 1 + w would lose most of w. */
  private static Tensor lessOne(Tensor x, Tensor stored, DecoderConfig config) {
    ScalarType type = x.scalar_type().intern(); // native code returns a new object each time
    Tensor wide = type == ScalarType.Double ? x : x.to(ScalarType.Float);
    Tensor gain = Linear.as(wide, stored).add(new Scalar(1.0));
    return rms(wide, new TensorOptional(gain), config).to(type);
  }

  /** The norm without its gain: what a change of the gain is multiplied with. */
  public static Tensor withoutGain(Tensor x, DecoderConfig config) {
    return rms(x, new TensorOptional(), config);
  }

  private static Tensor rms(Tensor x, TensorOptional gain, DecoderConfig config) {
    return torch.rms_norm(
        x, new long[] {x.size(x.dim() - 1)}, gain, new DoubleOptional(config.norm().epsilon()));
  }
}
