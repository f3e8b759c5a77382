package io.engram.core.settings;

import io.engram.core.EngramException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Settings from the command line: {@code key.path=value}, with the value in YAML. The last value of
 * a path counts. A whole section can be set at once: {@code scope={train: lora, rank: 16}}.
 */
public final class Overrides {
  private final Map<String, JsonNode> values = new LinkedHashMap<>();

  private Overrides() {}

  /**
   * Parses the settings.
   *
   * @throws EngramException that names every setting that is not {@code key.path=value}
   */
  public static Overrides parse(List<String> written) {
    Overrides overrides = new Overrides();
    List<String> faults = new ArrayList<>();
    for (String override : written) {
      int sign = override.indexOf('=');
      if (sign <= 0) {
        faults.add("%s is not key.path=value".formatted(override));
        continue;
      }
      try {
        JsonNode value = Yaml.value(override.substring(sign + 1), "the value");
        overrides.values.put(
            override.substring(0, sign).strip(),
            value.isMissingNode() ? NullNode.getInstance() : value);
      } catch (EngramException e) {
        faults.add("%s: %s".formatted(override, e.getMessage()));
      }
    }
    if (!faults.isEmpty()) {
      throw EngramException.usage(String.join("\n", faults));
    }
    return overrides;
  }

  /** The paths of the keys and sections that are set. */
  public Set<String> paths() {
    return values.keySet();
  }

  /** Applies the settings to a recipe. */
  public void applyTo(ObjectNode tree) {
    values.forEach((path, value) -> set(tree, path, value));
  }

  private static void set(ObjectNode tree, String path, JsonNode value) {
    int dot = path.indexOf('.');
    if (dot < 0) {
      tree.set(path, value);
      return;
    }
    String name = path.substring(0, dot);
    JsonNode inner = tree.path(name);
    if (inner.isMissingNode() || inner.isNull()) {
      inner = tree.putObject(name);
    }
    // The check of the keys reports a value in place of a section.
    if (inner instanceof ObjectNode section) {
      set(section, path.substring(dot + 1), value);
    }
  }
}
