package io.engram.model.family;

import io.engram.model.decoder.config.ActivationFunction;
import io.engram.model.decoder.config.AttentionSettings;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.DecoderConfig.MlpSettings;
import io.engram.model.decoder.config.DecoderConfig.Structure;
import io.engram.model.decoder.config.DecoderConfig.Structure.Residual;
import io.engram.model.decoder.config.LayerKind;
import io.engram.model.decoder.config.LayerNames;
import io.engram.model.decoder.config.NormSettings;
import io.engram.model.decoder.config.Shape;
import io.engram.model.decoder.config.WeightNames;
import java.util.List;

/**
 * OPT: LayerNorm, before attention and MLP or after their sums; learned positions, whose first two
 * rows belong to no position; an MLP without a gate.
 */
final class OptFamily implements Family {
  private static final int FIRST_POSITION = 2;
  private static final String AROUND_ATTENTION = "self_attn_layer_norm.weight";
  private static final String AROUND_MLP = "final_layer_norm.weight";

  @Override
  public String modelType() {
    return "opt";
  }

  @Override
  public DecoderConfig read(ConfigReader reader) {
    Shape shape =
        LayerNormDecoder.shape(
            reader,
            LayerNormDecoder.Keys.USUAL,
            hidden -> reader.count("ffn_dim", RotaryDecoder.MOST_WIDE),
            2048);
    requireBuilt(reader, shape);
    boolean before = reader.flag("do_layer_norm_before", true);
    boolean lastNorm = before && !reader.flag("_remove_final_layer_norm");
    boolean bias = reader.flag("enable_bias", true);
    ActivationFunction activation =
        RotaryDecoder.activation(reader, "activation_function", ActivationFunction.RELU);
    return new DecoderConfig(
        modelType(),
        shape,
        new NormSettings(NormSettings.Kind.LAYER, 1e-5),
        AttentionSettings.plain(shape.headDim(), bias),
        new MlpSettings(activation, bias),
        List.of(),
        LayerNormDecoder.layers(shape, LayerKind.NO_POSITIONS),
        1,
        0,
        new Structure(
            before ? Residual.SEQUENTIAL : Residual.NORMED_SUMS,
            false,
            FIRST_POSITION,
            lastNorm,
            1),
        reader.flag("tie_word_embeddings", true),
        reader.positive("init_std", 0.02),
        names(before));
  }

  private static void requireBuilt(ConfigReader reader, Shape shape) {
    String projected = "word_embed_proj_dim";
    if (reader.count(projected, RotaryDecoder.MOST_WIDE, shape.hidden()) != shape.hidden()) {
      reader
          .faults()
          .add(
              projected
                  + " "
                  + reader.config().path(projected)
                  + " is not supported; hidden_size, "
                  + shape.hidden()
                  + " here, is");
    }
    if (!reader.flag("layer_norm_elementwise_affine", true)) {
      reader.faults().add("layer_norm_elementwise_affine false is not supported");
    }
  }

  private static WeightNames names(boolean before) {
    return new WeightNames(
        "model.decoder.embed_tokens.weight",
        "model.decoder.embed_positions.weight",
        "model.decoder.final_layer_norm.weight",
        "lm_head.weight",
        "model.decoder.layers.",
        new LayerNames(
            before ? AROUND_ATTENTION : null,
            before ? null : AROUND_ATTENTION,
            before ? AROUND_MLP : null,
            before ? null : AROUND_MLP,
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            null,
            null,
            null,
            "self_attn.out_proj",
            null,
            "fc1",
            null,
            "fc2"));
  }
}
