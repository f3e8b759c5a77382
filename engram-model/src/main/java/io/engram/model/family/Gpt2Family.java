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
 * GPT-2: LayerNorm, learned positions, an MLP without a gate, weights of linear layers stored
 * {@code [in, out]}. {@code reorder_and_upcast_attn} only changes rounding in half precision, so it
 * makes no difference here.
 */
final class Gpt2Family implements Family {
  private static final LayerNormDecoder.Keys KEYS =
      new LayerNormDecoder.Keys("n_embd", "n_layer", "n_head", "n_positions");
  private static final WeightNames NAMES =
      new WeightNames(
          "transformer.wte.weight",
          "transformer.wpe.weight",
          "transformer.ln_f.weight",
          "lm_head.weight",
          "transformer.h.",
          new LayerNames(
              "ln_1.weight",
              null,
              "ln_2.weight",
              null,
              null,
              null,
              null,
              "attn.c_attn",
              null,
              null,
              "attn.c_proj",
              null,
              "mlp.c_fc",
              null,
              "mlp.c_proj"));

  @Override
  public String modelType() {
    return "gpt2";
  }

  @Override
  public DecoderConfig read(ConfigReader reader) {
    reader.refuse("add_cross_attention");
    reader.refuse("scale_attn_by_inverse_layer_idx");
    Shape shape =
        LayerNormDecoder.shape(
            reader,
            KEYS,
            hidden -> reader.count("n_inner", RotaryDecoder.MOST_WIDE, 4 * hidden),
            1024);
    AttentionSettings attention = AttentionSettings.plain(shape.headDim(), true);
    boolean scaled = reader.flag("scale_attn_weights", true);
    ActivationFunction activation =
        RotaryDecoder.activation(reader, "activation_function", ActivationFunction.GELU_TANH);
    return new DecoderConfig(
        modelType(),
        shape,
        new NormSettings(NormSettings.Kind.LAYER, reader.positive("layer_norm_epsilon", 1e-5)),
        scaled ? attention : attention.withScores(1, 0),
        new MlpSettings(activation, true),
        List.of(),
        LayerNormDecoder.layers(shape, LayerKind.NO_POSITIONS),
        1,
        0,
        new Structure(Residual.SEQUENTIAL, true, 0, true, 1 / Math.sqrt(2.0 * shape.layers())),
        reader.flag("tie_word_embeddings", true),
        reader.positive("initializer_range", 0.02),
        NAMES);
  }
}
