package io.engram.model.family;

import io.engram.model.decoder.AttentionSettings;
import io.engram.model.decoder.DecoderConfig;
import io.engram.model.decoder.WeightNames;

/** OLMo 2: norms after attention and MLP alone, and over all queries and all keys together. */
final class Olmo2Family implements Family {
  private static final Defaults DEFAULTS = new Defaults(0, 0, 1e-5, 10_000, 2048, false);

  @Override
  public String modelType() {
    return "olmo2";
  }

  @Override
  public DecoderConfig read(ConfigReader reader) {
    reader.refuse("clip_qkv");
    DecoderConfig read = RotaryDecoder.read(reader, modelType(), DEFAULTS);
    WeightNames names = read.names();
    return read.withAttention(
            AttentionSettings.plain(read.headDim(), reader.flag("attention_bias"))
                .withQueryKeyNorm(AttentionSettings.QueryKeyNorm.ALL_HEADS))
        .withNames(names.withParts(names.parts().postNormed()));
  }
}
