package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** An adapter_config.json. */
record PeftConfig(Path path, JsonNode settings) {
  /** PEFT's default, used if the file names none. */
  private static final double DEFAULT_ALPHA = 8;

  /**
   * Settings that are read here or don't affect a trained adapter, such as {@code fan_in_fan_out},
   * which PEFT sets by the kind of layer, whatever the file says.
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
   * @throws EngramException if it's missing or isn't JSON
   */
  static PeftConfig read(Path path) {
    return new PeftConfig(path, SettingsFile.read(path));
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

  /** The rank of a module's adapter. */
  int rank(String module) {
    JsonNode own = ofPattern("rank_pattern", module);
    JsonNode rank = own == null ? settings.path("r") : own;
    if (!rank.isInt() || rank.intValue() < 1) {
      throw EngramException.file(
          path + ": r " + shown(rank) + " isn't a rank; it must be 1 or more.");
    }
    return rank.intValue();
  }

  /** A module's alpha / rank, or alpha / √rank for rsLoRA. */
  double scale(String module) {
    JsonNode own = ofPattern("alpha_pattern", module);
    JsonNode alpha = own == null ? settings.path("lora_alpha") : own;
    if (!alpha.isMissingNode()
        && !(alpha.isNumber() && Double.isFinite(alpha.asDouble(Double.NaN)))) {
      throw EngramException.file(path + ": lora_alpha " + alpha + " isn't a number.");
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
    if (isSet(start) && !PLAIN_STARTS.contains(start.asString(""))) {
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

  /**
   * Which modules an adapter_config.json puts adapters on: {@code target_modules} as a list of
   * names or ends of names, a regular expression, or "all-linear", less {@code exclude_modules}; of
   * a list, only the layers of {@code layers_to_transform}.
   *
   * <p><b>Source:</b> peft/tuners/tuners_utils.py, check_target_module_exists.
   */
  record PeftTargets(Path path, JsonNode settings) {
    private static final String ALL = "all-linear";
    private static final Pattern LAYER = Pattern.compile(".*?\\.([^.]*)\\.(\\d+)\\.");

    /** Whether PEFT puts an adapter on this linear layer of the decoder. */
    boolean include(String module) {
      JsonNode targets = settings.path("target_modules");
      if (isNamed("exclude_modules", module)) {
        return false;
      }
      if (targets.isMissingNode() || targets.isNull()) {
        return true; // PEFT's own choice for the family; the file's tensors tell which it was
      }
      if (targets.isString() && targets.asString().toLowerCase(Locale.ROOT).equals(ALL)) {
        return true;
      }
      return isNamed("target_modules", module) && (targets.isString() || inLayers(module));
    }

    private boolean isNamed(String key, String module) {
      JsonNode names = settings.path(key);
      if (names.isString()) {
        return ModulePattern.of(names.asString(), path + ": " + key).matches(module);
      }
      return strings(names).stream()
          .anyMatch(name -> module.equals(name) || module.endsWith("." + name));
    }

    private boolean inLayers(String module) {
      JsonNode layers = settings.path("layers_to_transform");
      boolean every =
          layers.isMissingNode() || layers.isNull() || (layers.isArray() && layers.isEmpty());
      if (every) {
        return true;
      }
      JsonNode prefix = settings.path("layers_pattern");
      Matcher matcher = LAYER.matcher(module);
      if (!matcher.lookingAt()) {
        return false;
      }
      List<String> prefixes = prefix.isString() ? List.of(prefix.asString()) : strings(prefix);
      boolean inList = prefixes.isEmpty() || prefixes.contains(matcher.group(1));
      String layer = matcher.group(2);
      return inList
          && (layers.isArray()
              ? strings(layers).contains(layer)
              : layers.asString("").equals(layer));
    }

    private List<String> strings(JsonNode array) {
      if (!array.isArray() && !array.isMissingNode() && !array.isNull()) {
        throw EngramException.file(path + ": " + array + " is neither a name nor a list of names.");
      }
      return StreamSupport.stream(array.spliterator(), false)
          .map(node -> node.asString(""))
          .toList();
    }
  }

  /**
   * A regular expression over module names, from an adapter's configuration. Since it comes from a
   * file, the time it may take is bounded.
   *
   * @param where the file and the key, for messages
   */
  record ModulePattern(String text, String where) {
    /** Far more characters than any honest pattern looks at in a module's name. */
    private static final int MOST_LOOKS = 200_000;

    static ModulePattern of(String text, String where) {
      return new ModulePattern(text, where);
    }

    /** Whether the pattern matches the name as a whole, as Python's {@code re.fullmatch}. */
    boolean matches(String module) {
      return run(text, module);
    }

    /** Whether it matches the name, or an end of it after a dot: PEFT's rule for rank_pattern. */
    boolean matchesEnd(String module) {
      return run("(.*\\.)?(" + text + ")", module);
    }

    private boolean run(String expression, String module) {
      try {
        return Pattern.compile(expression).matcher(new Watched(module, new int[1])).matches();
      } catch (PatternSyntaxException e) {
        throw EngramException.file(
            where + ": \"" + text + "\" isn't a regular expression: " + e.getDescription() + ".",
            e);
      } catch (EndlessMatch | StackOverflowError e) {
        throw EngramException.file(
            where + ": the regular expression \"" + text + "\" takes too long on " + module + ".",
            e);
      }
    }

    private static final class EndlessMatch extends RuntimeException {
      private static final long serialVersionUID = 1;
    }

    /** Counts the characters read, since Java's matcher has no limit of its own. */
    private record Watched(CharSequence name, int[] looks) implements CharSequence {
      @Override
      public char charAt(int index) {
        if (++looks[0] > MOST_LOOKS) {
          throw new EndlessMatch();
        }
        return name.charAt(index);
      }

      @Override
      public int length() {
        return name.length();
      }

      @Override
      public CharSequence subSequence(int start, int end) {
        return new Watched(name.subSequence(start, end), looks);
      }

      @Override
      public String toString() {
        return name.toString();
      }
    }
  }
}
