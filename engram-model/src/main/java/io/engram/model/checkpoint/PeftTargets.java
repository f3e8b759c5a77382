package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * Which modules an adapter_config.json puts adapters on: {@code target_modules} as a list of names
 * or ends of names, a regular expression, or "all-linear", less {@code exclude_modules}; of a list,
 * only the layers of {@code layers_to_transform}.
 *
 * <p><b>Source:</b> peft/tuners/tuners_utils.py, check_target_module_exists.
 */
record PeftTargets(Path path, JsonNode settings) {
  private static final String ALL = "all-linear";
  private static final Pattern LAYER = Pattern.compile(".*?\\.([^.]*)\\.(\\d+)\\.");

  /** Whether PEFT puts an adapter on this linear layer of the decoder's. */
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
        && (layers.isArray() ? strings(layers).contains(layer) : layers.asString().equals(layer));
  }

  private List<String> strings(JsonNode array) {
    if (!array.isArray() && !array.isMissingNode() && !array.isNull()) {
      throw EngramException.file(path + ": " + array + " is neither a name nor a list of names.");
    }
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asString).toList();
  }
}
