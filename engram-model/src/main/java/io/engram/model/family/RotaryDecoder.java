package io.engram.model.family;

import io.engram.model.decoder.config.ActivationFunction;
import io.engram.model.decoder.config.AttentionSettings;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.DecoderConfig.MlpSettings;
import io.engram.model.decoder.config.DecoderConfig.Structure;
import io.engram.model.decoder.config.LayerKind;
import io.engram.model.decoder.config.NormSettings;
import io.engram.model.decoder.config.RotarySettings;
import io.engram.model.decoder.config.Shape;
import io.engram.model.decoder.config.WeightNames;
import java.util.Collections;
import java.util.List;

/**
 * What the config.json files of Llama's descendants share: sizes, RMSNorm, rotary positions,
 * grouped-query attention, a gated MLP, Llama's names of the weights.
 */
final class RotaryDecoder {
  // Limits far above any model. They keep products of sizes within a long and lists of layers in
  // memory.
  static final int MOST_LAYERS = 10_000;
  static final int MOST_HEADS = 1 << 14;
  static final int MOST_HEAD_DIM = 1 << 14;
  static final int MOST_WIDE = 1 << 24;

  private RotaryDecoder() {}

  /** Reads what is shared; every layer is plain and nothing has a bias. */
  static DecoderConfig read(ConfigReader reader, String modelType, Defaults defaults) {
    return read(
        reader, modelType, defaults, activation(reader, "hidden_act", ActivationFunction.SILU));
  }

  /** The same with the activation that the family reads itself. */
  static DecoderConfig read(
      ConfigReader reader, String modelType, Defaults defaults, ActivationFunction activation) {
    DecoderConfig read = readUnturned(reader, modelType, defaults, activation);
    RotarySettings rotary = new RopeReader(reader, read.shape()).read(defaults.theta());
    return read.withLayers(List.of(rotary), read.layerKinds());
  }

  /** Reads what is shared, except rotary positions, which the family reads itself. */
  static DecoderConfig readUnturned(ConfigReader reader, String modelType, Defaults defaults) {
    ActivationFunction activation = activation(reader, "hidden_act", ActivationFunction.SILU);
    return readUnturned(reader, modelType, defaults, activation);
  }

  /** The same with the activation that the family reads itself. */
  static DecoderConfig readUnturned(
      ConfigReader reader, String modelType, Defaults defaults, ActivationFunction activation) {
    Shape shape = shape(reader, defaults);
    requireFit(reader, shape);
    return new DecoderConfig(
        modelType,
        shape,
        new NormSettings(
            NormSettings.Kind.RMS, reader.positive("rms_norm_eps", defaults.epsilon())),
        AttentionSettings.plain(shape.headDim(), false),
        new MlpSettings(activation, false),
        List.of(),
        Collections.nCopies(shape.layers(), LayerKind.PLAIN),
        1,
        0,
        Structure.PLAIN,
        reader.flag("tie_word_embeddings", defaults.tied()),
        reader.positive("initializer_range", 0.02),
        WeightNames.LLAMA);
  }

  private static Shape shape(ConfigReader reader, Defaults defaults) {
    int hidden = reader.count("hidden_size", MOST_WIDE);
    int heads = reader.count("num_attention_heads", MOST_HEADS);
    int kvHeads = reader.countOrNone("num_key_value_heads", MOST_HEADS, defaults.kvHeads());
    int headDim = defaults.headDim() == 0 ? hidden / heads : defaults.headDim();
    return new Shape(
        reader.count("vocab_size", MOST_WIDE),
        hidden,
        reader.count("intermediate_size", MOST_WIDE),
        reader.count("num_hidden_layers", MOST_LAYERS),
        heads,
        kvHeads == 0 ? heads : kvHeads,
        reader.count("head_dim", MOST_HEAD_DIM, headDim),
        reader.count("max_position_embeddings", Integer.MAX_VALUE, defaults.maxPositions()));
  }

  private static void requireFit(ConfigReader reader, Shape shape) {
    List<String> faults = reader.faults();
    if (shape.heads() % shape.kvHeads() != 0) {
      faults.add(
          String.format(
              "num_attention_heads %d isn't a multiple of %d kv-heads",
              shape.heads(), shape.kvHeads()));
    }
    if (shape.headDim() > MOST_HEAD_DIM) {
      faults.add("heads of " + shape.headDim() + " numbers; " + MOST_HEAD_DIM + " are the most");
    }
    if (faults.isEmpty() && (shape.headDim() == 0 || shape.headDim() % 2 != 0)) {
      faults.add(
          "head_dim " + shape.headDim() + " is not even; rotary positions turn pairs of numbers");
    }
  }

  /** The activation that a setting names. */
  static ActivationFunction activation(
      ConfigReader reader, String key, ActivationFunction otherwise) {
    if (!reader.has(key)) {
      return otherwise;
    }
    String name = reader.config().path(key).asString("");
    return ActivationFunction.named(name)
        .orElseGet(
            () -> {
              reader
                  .faults()
                  .add(
                      String.format(
                          "%s %s is not supported; supported: %s",
                          key,
                          reader.config().path(key),
                          String.join(", ", ActivationFunction.allNames())));
              return otherwise;
            });
  }

  /**
   * A family's defaults for settings that its config.json doesn't name, as in transformers.
   *
   * @param kvHeads 0: as many as heads
   * @param headDim 0: hidden_size / num_attention_heads
   * @param epsilon rms_norm_eps
   * @param theta rope_theta
   * @param maxPositions max_position_embeddings
   * @param tied tie_word_embeddings
   */
  record Defaults(
      int kvHeads, int headDim, double epsilon, double theta, int maxPositions, boolean tied) {}
}
