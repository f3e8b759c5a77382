package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** An adapter_config.json. */
record PeftConfig(Path path, JsonNode settings) {
  /** PEFT's own where the file names none. */
  private static final double DEFAULT_ALPHA = 8;

  /** Settings that change what an adapter does when they're true. */
  private static final List<String> FLAGS =
      List.of("use_dora", "use_qalora", "use_bdlora", "lora_bias");

  /** Settings that change what an adapter does when they hold anything. */
  private static final List<String> LISTS =
      List.of(
          "rank_pattern",
          "alpha_pattern",
          "layer_replication",
          "alora_invocation_tokens",
          "modules_to_save");

  /**
   * Reads a file.
   *
   * @throws EngramException if it's missing or no JSON
   */
  static PeftConfig read(Path path) {
    return new PeftConfig(path, SettingsFile.read(path));
  }

  /** The base model's name, or null. */
  @Nullable String baseModel() {
    String base = settings.path("base_model_name_or_path").asString("");
    return base.isEmpty() ? null : base;
  }

  /** Rows of every A. */
  int rank() {
    JsonNode rank = settings.path("r");
    if (!rank.isInt() || rank.intValue() < 1) {
      throw EngramException.file(path + ": r " + shown(rank) + " is no rank; 1, 2, … are.");
    }
    return rank.intValue();
  }

  /** alpha / rank, or alpha / √rank for rsLoRA. */
  double scale() {
    JsonNode alpha = settings.path("lora_alpha");
    if (!alpha.isMissingNode()
        && !(alpha.isNumber() && Double.isFinite(alpha.asDouble(Double.NaN)))) {
      throw EngramException.file(path + ": lora_alpha " + alpha + " is no number.");
    }
    boolean root = settings.path("use_rslora").asBoolean(false);
    double rank = rank();
    return alpha.asDouble(DEFAULT_ALPHA) / (root ? Math.sqrt(rank) : rank);
  }

  /**
   * Checks that it's plain LoRA.
   *
   * @param transposed whether the base model stores its weights {@code [in, out]}; then it's of no
   *     matter whether the file says so, for PEFT finds out itself
   * @throws EngramException naming everything that isn't
   */
  void requireSupported(boolean transposed) {
    List<String> faults = new ArrayList<>();
    JsonNode type = settings.path("peft_type");
    if (!type.asString("").equals("LORA")) {
      faults.add("peft_type " + shown(type));
    }
    JsonNode bias = settings.path("bias");
    if (!bias.asString("none").equals("none")) {
      faults.add("bias " + bias);
    }
    if (!transposed && settings.path("fan_in_fan_out").asBoolean(false)) {
      faults.add("fan_in_fan_out");
    }
    FLAGS.stream().filter(key -> settings.path(key).asBoolean(false)).forEach(faults::add);
    LISTS.stream().filter(key -> !settings.path(key).isEmpty()).forEach(faults::add);
    if (!faults.isEmpty()) {
      throw EngramException.usage(
          path + ": not supported: " + String.join(", ", faults) + "; plain LoRA is.");
    }
  }

  private static String shown(JsonNode value) {
    return value.isMissingNode() ? "(missing)" : value.toString();
  }
}
