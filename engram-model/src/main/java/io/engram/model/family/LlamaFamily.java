package io.engram.model.family;

import io.engram.core.EngramException;
import io.engram.model.decoder.DecoderConfig;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Llama and what shares its config.json: RMSNorm, rotary positions, grouped-query attention,
 * SwiGLU.
 *
 * <p>Newer files keep {@code rope_theta} under {@code rope_parameters}, older ones at the top level
 * with an optional {@code rope_scaling}; both are read. A setting that would change the numbers and
 * isn't built is refused by name.
 */
final class LlamaFamily implements Family {
  @Override
  public List<String> modelTypes() {
    return List.of("llama");
  }

  @Override
  public DecoderConfig read(JsonNode config, String where) {
    List<String> faults = new ArrayList<>();
    int hidden = positive(config, "hidden_size", faults);
    int heads = positive(config, "num_attention_heads", faults);
    int kvHeads =
        config.hasNonNull("num_key_value_heads")
            ? positive(config, "num_key_value_heads", faults)
            : heads;
    int headDim = config.path("head_dim").asInt(0);
    if (headDim <= 0) {
      headDim = heads > 0 ? hidden / heads : 0;
    }
    DecoderConfig read =
        new DecoderConfig(
            "llama",
            positive(config, "vocab_size", faults),
            hidden,
            positive(config, "intermediate_size", faults),
            positive(config, "num_hidden_layers", faults),
            heads,
            kvHeads,
            headDim,
            config.path("rms_norm_eps").asDouble(1e-6),
            ropeTheta(config, faults),
            config.path("max_position_embeddings").asInt(2048),
            config.path("tie_word_embeddings").asBoolean(false),
            config.path("attention_bias").asBoolean(false),
            config.path("mlp_bias").asBoolean(false),
            config.path("initializer_range").asDouble(0.02));
    String activation = config.path("hidden_act").asString("silu");
    if (!activation.equals("silu")) {
      faults.add("hidden_act \"" + activation + "\" is not supported; silu is");
    }
    if (kvHeads > 0 && heads % kvHeads != 0) {
      faults.add("num_attention_heads " + heads + " is no multiple of " + kvHeads + " kv-heads");
    }
    if (headDim % 2 != 0) {
      faults.add("head_dim " + headDim + " is odd; rotary positions need an even one");
    }
    if (!faults.isEmpty()) {
      throw EngramException.file(where + ": " + String.join("; ", faults) + ".");
    }
    return read;
  }

  private static double ropeTheta(JsonNode config, List<String> faults) {
    JsonNode parameters = config.path("rope_parameters");
    JsonNode scaling = config.path("rope_scaling");
    JsonNode typed = parameters.isObject() ? parameters : scaling;
    if (typed.isObject()) {
      String type = typed.path("rope_type").asString(typed.path("type").asString("default"));
      if (!type.equals("default")) {
        faults.add("rope_type \"" + type + "\" is not supported; default is");
      }
    }
    return parameters.path("rope_theta").asDouble(config.path("rope_theta").asDouble(10_000));
  }

  private static int positive(JsonNode config, String key, List<String> faults) {
    int value = config.path(key).asInt(0);
    if (value <= 0) {
      faults.add(config.has(key) ? key + " must be positive" : key + " is missing");
    }
    return value;
  }
}
