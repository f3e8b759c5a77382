package io.engram.model.family;

import io.engram.model.decoder.AttentionSettings;
import io.engram.model.decoder.DecoderConfig;

/** Qwen 3, dense: a head size of its own and a norm of each head's queries and keys. */
final class Qwen3Family implements Family {
  private static final Defaults DEFAULTS = new Defaults(32, 128, 1e-6, 10_000, 32_768, false);

  @Override
  public String modelType() {
    return "qwen3";
  }

  @Override
  public DecoderConfig read(ConfigReader reader) {
    DecoderConfig read = RotaryDecoder.read(reader, modelType(), DEFAULTS);
    return read.withAttention(
            AttentionSettings.plain(read.headDim(), reader.flag("attention_bias"))
                .withQueryKeyNorm(AttentionSettings.QueryKeyNorm.EACH_HEAD))
        .withLayers(read.rotaries(), Qwen2Family.layers(reader, read.layers()));
  }
}
