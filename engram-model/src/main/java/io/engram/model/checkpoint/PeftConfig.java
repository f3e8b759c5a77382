package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An adapter_config.json. */
record PeftConfig(Path path, JsonNode settings) {
  /** PEFT's own where the file names none. */
  private static final double DEFAULT_ALPHA = 8;

  /**
   * Settings that are read here or that a trained adapter doesn't depend on. {@code fan_in_fan_out}
   * is one of them: PEFT sets it by the kind of layer, whatever the file says.
   */
  private static final Set<String> UNDERSTOOD =
      Set.of(
          "alpha_pattern",
          "auto_mapping",
          "base_model_name_or_path",
          "bias",
          "corda_config",
          "ensure_weight_tying",
          "eva_config",
          "exclude_modules",
          "fan_in_fan_out",
          "inference_mode",
          "init_lora_weights",
          "layers_pattern",
          "layers_to_transform",
          "loftq_config",
          "lora_alpha",
          "lora_dropout",
          "lora_ga_config",
          "megatron_core",
          "modules_to_save",
          "peft_type",
          "peft_version",
          "qalora_group_size",
          "r",
          "rank_pattern",
          "revision",
          "runtime_config",
          "target_modules",
          "task_type",
          "use_dora",
          "use_rslora");

  /** Ways to start an adapter that leave the base model's weights as they are. */
  private static final Set<String> PLAIN_STARTS = Set.of("true", "false", "gaussian", "eva");

  /**
   * Reads a file.
   *
   * @throws EngramException if it's missing or no JSON
   */
  static PeftConfig read(Path path) {
    try {
      return new PeftConfig(path, JsonMapper.shared().readTree(path.toFile()));
    } catch (JacksonException e) {
      throw EngramException.file(path + " could not be read: " + e.getOriginalMessage(), e);
    }
  }

  /** The base model's name, or null. */
  @Nullable String baseModel() {
    String base = settings.path("base_model_name_or_path").asString("");
    return base.isEmpty() ? null : base;
  }

  /** Whether columns have magnitudes of their own (Liu et al. 2024). */
  boolean isDora() {
    return settings.path("use_dora").asBoolean(false);
  }

  /** Which modules have adapters. */
  PeftTargets targets() {
    return new PeftTargets(path, settings);
  }

  /** Rows of a module's A. */
  int rank(String module) {
    JsonNode own = ofPattern("rank_pattern", module);
    JsonNode rank = own == null ? settings.path("r") : own;
    if (!rank.isInt() || rank.intValue() < 1) {
      throw EngramException.file(path + ": r " + shown(rank) + " is no rank; 1, 2, … are.");
    }
    return rank.intValue();
  }

  /** A module's alpha / rank, or alpha / √rank for rsLoRA. */
  double scale(String module) {
    JsonNode own = ofPattern("alpha_pattern", module);
    JsonNode alpha = own == null ? settings.path("lora_alpha") : own;
    if (!alpha.isMissingNode() && !(alpha.isNumber() && Double.isFinite(alpha.doubleValue()))) {
      throw EngramException.file(path + ": lora_alpha " + alpha + " is no number.");
    }
    boolean root = settings.path("use_rslora").asBoolean(false);
    double rank = rank(module);
    return alpha.asDouble(DEFAULT_ALPHA) / (root ? Math.sqrt(rank) : rank);
  }

  /** The value of the first pattern that a module's name, or an end of it after a dot, matches. */
  private @Nullable JsonNode ofPattern(String key, String module) {
    for (Map.Entry<String, JsonNode> entry : settings.path(key).properties()) {
      if (ModulePattern.of(entry.getKey(), path + ": " + key).matchesEnd(module)) {
        return entry.getValue();
      }
    }
    return null;
  }

  /**
   * Checks that the adapter is LoRA, rsLoRA or DoRA and nothing else.
   *
   * @throws EngramException naming everything that isn't
   */
  void requireSupported() {
    List<String> faults = new ArrayList<>();
    JsonNode type = settings.path("peft_type");
    if (!type.asString("").equals("LORA")) {
      faults.add("peft_type " + shown(type));
    }
    JsonNode bias = settings.path("bias");
    if (!bias.asString("none").equals("none")) {
      faults.add("bias " + bias);
    }
    JsonNode start = settings.path("init_lora_weights");
    if (isSet(start) && !PLAIN_STARTS.contains(start.asString())) {
      faults.add("init_lora_weights " + start + ", which changes the base model's weights");
    }
    JsonNode whole = settings.path("modules_to_save");
    if (isSet(whole)) {
      faults.add("modules_to_save " + whole + ", which holds whole layers");
    }
    for (Map.Entry<String, JsonNode> entry : settings.properties()) {
      if (!UNDERSTOOD.contains(entry.getKey()) && isSet(entry.getValue())) {
        faults.add(entry.getKey());
      }
    }
    if (!faults.isEmpty()) {
      throw EngramException.usage(
          path
              + ": not supported: "
              + String.join(", ", faults)
              + "; LoRA, rsLoRA and DoRA of linear layers are.\n"
              + "Merge it with PEFT (merge_and_unload), save the model, and name that folder.");
    }
  }

  /** Neither null, false, nor empty. */
  private static boolean isSet(JsonNode value) {
    return !(value.isMissingNode()
        || value.isNull()
        || (value.isBoolean() && !value.booleanValue())
        || (value.isContainer() && value.isEmpty())
        || (value.isString() && value.asString().isEmpty()));
  }

  private static String shown(JsonNode value) {
    return value.isMissingNode() ? "(missing)" : value.toString();
  }
}
