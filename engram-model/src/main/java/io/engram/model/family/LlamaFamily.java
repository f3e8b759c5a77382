package io.engram.model.family;

import io.engram.model.decoder.AttentionSettings;
import io.engram.model.decoder.DecoderConfig;
import io.engram.model.decoder.MlpSettings;

/** Llama 2 to 3.2 and what shares their config.json, SmolLM2 among them. */
final class LlamaFamily implements Family {
  private static final Defaults DEFAULTS = new Defaults(0, 0, 1e-6, 10_000, 2048, false);

  @Override
  public String modelType() {
    return "llama";
  }

  @Override
  public DecoderConfig read(ConfigReader reader) {
    DecoderConfig read = RotaryDecoder.read(reader, modelType(), DEFAULTS);
    return read.withAttention(
            AttentionSettings.plain(read.headDim(), reader.flag("attention_bias")))
        .withMlp(new MlpSettings(read.mlp().activation(), reader.flag("mlp_bias")));
  }
}
