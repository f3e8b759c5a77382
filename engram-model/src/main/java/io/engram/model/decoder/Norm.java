package io.engram.model.decoder;

import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerNames;
import io.engram.model.decoder.config.NormSettings;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** RMSNorm or LayerNorm over the last dimension, as {@link NormSettings} says. */
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
        switch (config.norm().kind()) {
          case RMS -> rms(x, new TensorOptional(Linear.as(x, stored)), config);
          case RMS_LESS_ONE -> lessOne(x, stored, config);
          case LAYER -> {
            Tensor bias = Linear.as(x, parameters.get(LayerNames.biasOf(name)));
            yield layer(
                x, new TensorOptional(Linear.as(x, stored)), new TensorOptional(bias), config);
          }
        };
    return observer.norm(name, x, y);
  }

  /** In float32 at least: in bfloat16 1 + w would lose most of w. */
  private static Tensor lessOne(Tensor x, Tensor stored, DecoderConfig config) {
    ScalarType type = x.scalar_type().intern(); // native code returns a new object each time
    Tensor wide = type == ScalarType.Double ? x : x.to(ScalarType.Float);
    Tensor gain = Linear.as(wide, stored).add(new Scalar(1.0));
    return rms(wide, new TensorOptional(gain), config).to(type);
  }

  /** The norm without gain and bias, which a change of the gain is multiplied by. */
  public static Tensor withoutGain(Tensor x, DecoderConfig config) {
    TensorOptional none = new TensorOptional();
    return config.norm().kind() == NormSettings.Kind.LAYER
        ? layer(x, none, none, config)
        : rms(x, none, config);
  }

  private static Tensor rms(Tensor x, TensorOptional gain, DecoderConfig config) {
    return torch.rms_norm(x, width(x), gain, new DoubleOptional(config.norm().epsilon()));
  }

  private static Tensor layer(
      Tensor x, TensorOptional gain, TensorOptional bias, DecoderConfig config) {
    return torch.layer_norm(x, width(x), gain, bias, config.norm().epsilon(), false);
  }

  private static long[] width(Tensor x) {
    return new long[] {x.size(x.dim() - 1)};
  }
}
