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
  // Far above any model; they keep products of sizes within a long and lists of layers in memory.
  private static final int MOST_LAYERS = 10_000;
  private static final int MOST_HEADS = 1 << 14;
  private static final int MOST_WIDE = 1 << 24;
  private static final int MOST_POSITIONS = Integer.MAX_VALUE;

  @Override
  public List<String> modelTypes() {
    return List.of("llama");
  }

  @Override
  public DecoderConfig read(JsonNode config, String where) {
    ConfigReader reader = new ConfigReader(config, new ArrayList<>());
    DecoderConfig read = read(reader);
    requireBuilt(reader, read);
    if (!reader.faults().isEmpty()) {
      throw EngramException.file(where + ": " + String.join("; ", reader.faults()) + ".");
    }
    return read;
  }

  private static DecoderConfig read(ConfigReader reader) {
    int hidden = reader.count("hidden_size", MOST_WIDE);
    int heads = reader.count("num_attention_heads", MOST_HEADS);
    return new DecoderConfig(
        "llama",
        reader.count("vocab_size", MOST_WIDE),
        hidden,
        reader.count("intermediate_size", MOST_WIDE),
        reader.count("num_hidden_layers", MOST_LAYERS),
        heads,
        reader.count("num_key_value_heads", MOST_HEADS, heads),
        reader.count("head_dim", MOST_HEADS, hidden / heads),
        reader.positive("rms_norm_eps", 1e-6),
        ropeTheta(reader),
        reader.count("max_position_embeddings", MOST_POSITIONS, 2048),
        reader.flag("tie_word_embeddings"),
        reader.flag("attention_bias"),
        reader.flag("mlp_bias"),
        reader.positive("initializer_range", 0.02));
  }

  private static void requireBuilt(ConfigReader reader, DecoderConfig read) {
    List<String> faults = reader.faults();
    JsonNode activation = reader.config().path("hidden_act");
    if (reader.has("hidden_act") && !activation.asString("").equals("silu")) {
      faults.add("hidden_act " + activation + " is not supported; silu is");
    }
    if (read.heads() % read.kvHeads() != 0) {
      faults.add(
          "num_attention_heads "
              + read.heads()
              + " is no multiple of "
              + read.kvHeads()
              + " kv-heads");
    }
    if (faults.isEmpty() && (read.headDim() == 0 || read.headDim() % 2 != 0)) {
      faults.add(
          "head_dim " + read.headDim() + " is not even; rotary positions turn pairs of numbers");
    }
    reader.refuse("quantization_config");
  }

  private static double ropeTheta(ConfigReader reader) {
    JsonNode parameters = reader.config().path("rope_parameters");
    for (JsonNode typed : List.of(parameters, reader.config().path("rope_scaling"))) {
      String type = typed.path("rope_type").asString(typed.path("type").asString("default"));
      if (!type.equals("default")) {
        reader.faults().add("rope_type \"" + type + "\" is not supported; default is");
      }
    }
    for (JsonNode holder : List.of(parameters, reader.config())) {
      if (holder.path("partial_rotary_factor").asDouble(1) != 1) {
        reader.faults().add("partial_rotary_factor is not supported");
      }
    }
    return parameters.hasNonNull("rope_theta")
        ? reader.positive("rope_theta", parameters.path("rope_theta"))
        : reader.positive("rope_theta", 10_000);
  }
}
