package io.engram.model.family;

import io.engram.model.decoder.Activation;
import io.engram.model.decoder.AttentionSettings;
import io.engram.model.decoder.DecoderConfig;
import io.engram.model.decoder.NormSettings;
import io.engram.model.decoder.WeightNames;

/**
 * Gemma 2: norms before and after attention and MLP with gains stored less 1, soft caps of scores
 * and logits, embeddings times √C, every other layer with a sliding window.
 */
final class Gemma2Family implements Family {
  private static final Defaults DEFAULTS = new Defaults(4, 256, 1e-6, 10_000, 8192, true);

  @Override
  public String modelType() {
    return "gemma2";
  }

  @Override
  public DecoderConfig read(ConfigReader reader) {
    DecoderConfig read = RotaryDecoder.read(reader, modelType(), DEFAULTS, activation(reader));
    double attentionCap = reader.positiveOrNone("attn_logit_softcapping", 50);
    double logitCap = reader.positiveOrNone("final_logit_softcapping", 30);
    int window = reader.countOrNone("sliding_window", Integer.MAX_VALUE, 4096);
    return gemma(reader, read, attentionCap, logitCap)
        .withLayers(
            read.rotaries(),
            LayerTypes.read(reader, read.layers(), window, layer -> layer % 2 == 0));
  }

  /** Gemma's files name another activation too, which transformers doesn't read. */
  static Activation activation(ConfigReader reader) {
    return RotaryDecoder.activation(reader, "hidden_activation", Activation.GELU_TANH);
  }

  /** What Gemma 2 and 3 share. */
  static DecoderConfig gemma(
      ConfigReader reader, DecoderConfig read, double attentionCap, double logitCap) {
    reader.refuse("use_bidirectional_attention");
    double scale = 1 / Math.sqrt(reader.positive("query_pre_attn_scalar", 256));
    WeightNames names = read.names();
    return read.withAttention(
            AttentionSettings.plain(read.headDim(), reader.flag("attention_bias"))
                .withScores(scale, attentionCap))
        .withNumbers(
            new NormSettings(NormSettings.Kind.RMS_LESS_ONE, read.norm().epsilon()),
            Math.sqrt(read.hiddenSize()),
            logitCap)
        .withNames(names.withParts(names.parts().sandwiched()));
  }
}
