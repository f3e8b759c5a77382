package io.engram.model.family;

import io.engram.model.decoder.config.ActivationFunction;
import io.engram.model.decoder.config.AttentionSettings;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerKind;
import io.engram.model.decoder.config.NormSettings;
import io.engram.model.decoder.config.RotarySettings;
import io.engram.model.decoder.config.WeightNames;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Gemma 2 and Gemma 3, whose layers have norms before and after attention and MLP. */
final class GemmaFamily {
  private GemmaFamily() {}

  /** Gemma's files also name another activation, which transformers doesn't read. */
  static ActivationFunction activation(ConfigReader reader) {
    return RotaryDecoder.activation(reader, "hidden_activation", ActivationFunction.GELU_TANH);
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

  /**
   * Gemma 2: norms before and after attention and MLP with gains stored less 1, soft caps of scores
   * and logits, embeddings times √C, every other layer with a sliding window.
   */
  static final class Gemma2 implements Family {
    private static final RotaryDecoder.Defaults DEFAULTS =
        new RotaryDecoder.Defaults(4, 256, 1e-6, 10_000, 8192, true);

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
  }

  /**
   * Gemma 3, text: as Gemma 2 with a norm of each head's queries and keys, no cap of scores, and
   * other rotary positions in the layers with a sliding window, five of six.
   */
  static final class Gemma3 implements Family {
    private static final RotaryDecoder.Defaults DEFAULTS =
        new RotaryDecoder.Defaults(4, 256, 1e-6, 1_000_000, 131_072, true);
    private static final double LOCAL_THETA = 10_000;
    private static final int FULL = 0;
    private static final int SLIDING = 1;

    @Override
    public String modelType() {
      return "gemma3_text";
    }

    @Override
    public DecoderConfig read(ConfigReader reader) {
      reader.refuse("attn_logit_softcapping");
      DecoderConfig read =
          RotaryDecoder.readUnturned(reader, modelType(), DEFAULTS, activation(reader));
      double logitCap = reader.positiveOrNone("final_logit_softcapping", 0);
      DecoderConfig gemma = gemma(reader, read, 0, logitCap);
      return gemma
          .withAttention(
              gemma.attention().withQueryKeyNorm(AttentionSettings.QueryKeyNorm.EACH_HEAD))
          .withLayers(rotaries(reader, read), layers(reader, read.layers()));
    }

    private static List<LayerKind> layers(ConfigReader reader, int layers) {
      int window = reader.countOrNone("sliding_window", Integer.MAX_VALUE, 4096);
      int pattern = reader.count("sliding_window_pattern", Integer.MAX_VALUE, 6);
      return LayerTypes.read(
          reader,
          layers,
          window,
          layer -> (layer + 1) % pattern != 0,
          layer -> SLIDING,
          layer -> FULL);
    }

    /**
     * The rotary settings of full layers and of sliding ones. Older files have {@code rope_theta}
     * and {@code rope_scaling} for the first, {@code rope_local_base_freq} for the second.
     */
    private static List<RotarySettings> rotaries(ConfigReader reader, DecoderConfig read) {
      ConfigReader nested = reader.inside("rope_parameters");
      for (String key : nested.config().propertyNames()) {
        if (!key.equals("full_attention") && !key.equals("sliding_attention")) {
          reader.faults().add("rope_parameters " + key + " is not supported");
        }
      }
      ObjectNode full = settings(nested.inside("full_attention").config());
      JsonNode scaling = reader.inside("rope_scaling").config();
      if (scaling.isObject()) {
        full.setAll((ObjectNode) scaling);
      }
      ObjectNode sliding = settings(nested.inside("sliding_attention").config());
      double local = reader.positive("rope_local_base_freq", LOCAL_THETA);
      if (!sliding.hasNonNull("rope_theta")) {
        sliding.put("rope_theta", local);
      }
      RopeReader rope = new RopeReader(reader, read.shape());
      return List.of(
          rope.read(new ConfigReader(full, reader.faults()), DEFAULTS.theta()),
          rope.read(new ConfigReader(sliding, reader.faults()), LOCAL_THETA));
    }

    private static ObjectNode settings(JsonNode node) {
      return node.isObject() ? (ObjectNode) node.deepCopy() : JsonNodeFactory.instance.objectNode();
    }
  }
}
