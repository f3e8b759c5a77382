package io.engram.model.family;

import io.engram.model.decoder.DecoderConfig;
import io.engram.model.decoder.LayerKind;
import java.util.List;

/** Mistral and its descendants, Zephyr among them: a sliding window in every layer or in none. */
final class MistralFamily implements Family {
  private static final Defaults DEFAULTS = new Defaults(8, 0, 1e-6, 10_000, 131_072, false);

  @Override
  public String modelType() {
    return "mistral";
  }

  @Override
  public DecoderConfig read(ConfigReader reader) {
    reader.refuse("attention_bias");
    DecoderConfig read = RotaryDecoder.read(reader, modelType(), DEFAULTS);
    int window = reader.countOrNone("sliding_window", Integer.MAX_VALUE, 4096);
    List<LayerKind> kinds = LayerTypes.read(reader, read.layers(), window, layer -> window > 0);
    if (kinds.stream().distinct().count() > 1 || kinds.get(0).window() != window) {
      reader.faults().add("layer_types that differ from sliding_window are not supported");
    }
    return read.withLayers(read.rotaries(), kinds);
  }
}
