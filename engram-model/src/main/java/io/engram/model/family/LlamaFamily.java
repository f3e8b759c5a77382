package io.engram.model.family;

import io.engram.model.decoder.config.AttentionSettings;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.DecoderConfig.MlpSettings;
import io.engram.model.decoder.config.LayerKind;
import io.engram.model.decoder.config.WeightNames;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Llama 2 to 3.2, models that share their config.json (SmolLM2 among them), and the families that
 * differ by little: {@link Mistral}, {@link Qwen2}, {@link Qwen3}, {@link Olmo2}, {@link SmolLm3}.
 */
final class LlamaFamily implements Family {
  private static final RotaryDecoder.Defaults DEFAULTS =
      new RotaryDecoder.Defaults(0, 0, 1e-6, 10_000, 2048, false);

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

  /** Mistral and its descendants, Zephyr among them: a sliding window in every layer or in none. */
  static final class Mistral implements Family {
    private static final RotaryDecoder.Defaults DEFAULTS =
        new RotaryDecoder.Defaults(8, 0, 1e-6, 10_000, 131_072, false);

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

  /**
   * Qwen 1.5, 2 and 2.5: biases on q, k and v; sliding windows in the upper layers if asked for.
   */
  static final class Qwen2 implements Family {
    private static final RotaryDecoder.Defaults DEFAULTS =
        new RotaryDecoder.Defaults(32, 0, 1e-6, 10_000, 32_768, false);

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

  /** Qwen 3, dense: a head size of its own and a norm of each head's queries and keys. */
  static final class Qwen3 implements Family {
    private static final RotaryDecoder.Defaults DEFAULTS =
        new RotaryDecoder.Defaults(32, 128, 1e-6, 10_000, 32_768, false);

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
          .withLayers(read.rotaries(), LlamaFamily.Qwen2.layers(reader, read.layers()));
    }
  }

  /** OLMo 2: norms after attention and MLP alone, and over all queries and all keys together. */
  static final class Olmo2 implements Family {
    private static final RotaryDecoder.Defaults DEFAULTS =
        new RotaryDecoder.Defaults(0, 0, 1e-5, 10_000, 2048, false);

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

  /** SmolLM3: Llama with layers that don't use positions, by default every fourth. */
  static final class SmolLm3 implements Family {
    private static final RotaryDecoder.Defaults DEFAULTS =
        new RotaryDecoder.Defaults(4, 0, 1e-6, 2_000_000, 32_768, true);
    private static final String TURNED = "no_rope_layers";

    @Override
    public String modelType() {
      return "smollm3";
    }

    @Override
    public DecoderConfig read(ConfigReader reader) {
      DecoderConfig read = RotaryDecoder.read(reader, modelType(), DEFAULTS);
      int window = reader.countOrNone("sliding_window", Integer.MAX_VALUE, 0);
      boolean slides = reader.flag("use_sliding_window") && window > 0;
      List<Integer> rotaries = rotaries(reader, read.layers());
      List<LayerKind> kinds =
          LayerTypes.read(
              reader,
              read.layers(),
              window,
              layer -> slides && rotaries.get(layer) == LayerKind.NO_POSITIONS,
              rotaries::get,
              rotaries::get);
      return read.withAttention(
              AttentionSettings.plain(read.headDim(), reader.flag("attention_bias")))
          .withMlp(new MlpSettings(read.mlp().activation(), reader.flag("mlp_bias")))
          .withLayers(read.rotaries(), kinds);
    }

    /**
     * Despite its name, {@code no_rope_layers} has a 1 for each layer that uses rotary positions.
     */
    private static List<Integer> rotaries(ConfigReader reader, int layers) {
      int interval = reader.count("no_rope_layer_interval", Integer.MAX_VALUE, 4);
      JsonNode turned = reader.config().path(TURNED);
      boolean named = reader.has(TURNED);
      if (named && (!turned.isArray() || turned.size() < layers)) {
        reader.faults().add(TURNED + " isn't a list of " + layers + " layers");
        named = false;
      }
      List<Integer> rotaries = new ArrayList<>();
      for (int i = 0; i < layers; i++) {
        boolean turns = named ? turned.get(i).asInt(0) != 0 : (i + 1) % interval != 0;
        rotaries.add(turns ? 0 : LayerKind.NO_POSITIONS);
      }
      return rotaries;
    }
  }
}
