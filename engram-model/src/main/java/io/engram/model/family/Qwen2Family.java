package io.engram.model.family;

import io.engram.model.decoder.DecoderConfig;
import io.engram.model.decoder.LayerKind;
import java.util.List;

/** Qwen 1.5, 2 and 2.5: biases on q, k and v; sliding windows in the upper layers if asked for. */
final class Qwen2Family implements Family {
  private static final Defaults DEFAULTS = new Defaults(32, 0, 1e-6, 10_000, 32_768, false);

  @Override
  public String modelType() {
    return "qwen2";
  }

  @Override
  public DecoderConfig read(ConfigReader reader) {
    DecoderConfig read = RotaryDecoder.read(reader, modelType(), DEFAULTS);
    return read.withAttention(read.attention().withBias(true, false))
        .withLayers(read.rotaries(), layers(reader, read.layers()));
  }

  /** Layers from {@code max_window_layers} on slide where {@code use_sliding_window} is set. */
  static List<LayerKind> layers(ConfigReader reader, int layers) {
    int named = reader.countOrNone("sliding_window", Integer.MAX_VALUE, 4096);
    int window = reader.flag("use_sliding_window") ? named : 0;
    int first = reader.countFromZero("max_window_layers", Integer.MAX_VALUE, 28);
    return LayerTypes.read(reader, layers, window, layer -> window > 0 && layer >= first);
  }
}
