package io.engram.model.family;

import io.engram.model.decoder.config.ActivationFunction;
import io.engram.model.decoder.config.AttentionSettings;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.DecoderConfig.MlpSettings;
import io.engram.model.decoder.config.DecoderConfig.Structure;
import io.engram.model.decoder.config.DecoderConfig.Structure.Residual;
import io.engram.model.decoder.config.LayerNames;
import io.engram.model.decoder.config.NormSettings;
import io.engram.model.decoder.config.RotarySettings;
import io.engram.model.decoder.config.Shape;
import io.engram.model.decoder.config.WeightNames;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * GPT-NeoX and Pythia: LayerNorm, attention and MLP in parallel, rotary positions on part of each
 * head, and each head's query, key and value side by side in one projection.
 */
final class GptNeoXFamily implements Family {
  private static final String PARTIAL = "partial_rotary_factor";
  private static final String THETA = "rope_theta";
  private static final WeightNames NAMES =
      new WeightNames(
          "gpt_neox.embed_in.weight",
          null,
          "gpt_neox.final_layer_norm.weight",
          "embed_out.weight",
          "gpt_neox.layers.",
          new LayerNames(
              "input_layernorm.weight",
              null,
              "post_attention_layernorm.weight",
              null,
              null,
              null,
              null,
              "attention.query_key_value",
              null,
              null,
              "attention.dense",
              null,
              "mlp.dense_h_to_4h",
              null,
              "mlp.dense_4h_to_h"));

  @Override
  public String modelType() {
    return "gpt_neox";
  }

  @Override
  public DecoderConfig read(ConfigReader reader) {
    Shape shape =
        LayerNormDecoder.shape(
            reader,
            LayerNormDecoder.Keys.USUAL,
            hidden -> reader.count("intermediate_size", RotaryDecoder.MOST_WIDE),
            2048);
    if (reader.has("head_dim")
        && reader.count("head_dim", RotaryDecoder.MOST_HEAD_DIM) != shape.headDim()) {
      reader.faults().add("head_dim is not supported where it isn't hidden_size over heads");
    }
    Residual residual =
        reader.flag("use_parallel_residual", true) ? Residual.PARALLEL : Residual.SEQUENTIAL;
    boolean bias = reader.flag("attention_bias", true);
    return new DecoderConfig(
        modelType(),
        shape,
        new NormSettings(NormSettings.Kind.LAYER, reader.positive("layer_norm_eps", 1e-5)),
        AttentionSettings.plain(shape.headDim(), bias).ofEachHead(),
        new MlpSettings(
            RotaryDecoder.activation(reader, "hidden_act", ActivationFunction.GELU), true),
        List.of(rotary(reader, shape)),
        LayerNormDecoder.layers(shape, 0),
        1,
        0,
        new Structure(residual, false, 0, true, 1),
        reader.flag("tie_word_embeddings"),
        reader.positive("initializer_range", 0.02),
        NAMES);
  }

  /** Older files say {@code rotary_emb_base} and {@code rotary_pct} at the top level. */
  private static RotarySettings rotary(ConfigReader reader, Shape shape) {
    RopeReader rope = new RopeReader(reader, shape);
    ConfigReader found = rope.settings();
    ObjectNode settings =
        found.config().isObject()
            ? (ObjectNode) found.config().deepCopy()
            : JsonNodeFactory.instance.objectNode();
    if (!settings.hasNonNull(THETA)) {
      settings.put(THETA, reader.positive("rotary_emb_base", 10_000));
    }
    if (!settings.hasNonNull(PARTIAL)) {
      settings.put(PARTIAL, reader.positive("rotary_pct", 0.25));
    }
    ConfigReader whole = new ConfigReader(settings, reader.faults());
    int dim = rope.turned(whole.positive(PARTIAL));
    return rope.read(whole, rope.type(whole), 10_000, dim);
  }
}
