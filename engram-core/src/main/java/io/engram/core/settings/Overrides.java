package io.engram.core.settings;

import io.engram.core.EngramException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the command line sets: {@code key.path=value}, the value in YAML, the last one of a path
 * counts. A section can be set as a whole: {@code scope={train: lora, rank: 16}}.
 */
public final class Overrides {
  private final Map<String, JsonNode> values = new LinkedHashMap<>();

  private Overrides() {}

  /**
   * Reads what the command line says.
   *
   * @throws EngramException naming every one that isn't {@code key.path=value}
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
        JsonNode value = Yaml.MAPPER.readTree(override.substring(sign + 1));
        overrides.values.put(
            override.substring(0, sign).strip(),
            value.isMissingNode() ? NullNode.getInstance() : value);
      } catch (JacksonException e) {
        faults.add(
            "%s: the value is not YAML: %s"
                .formatted(override, e.getOriginalMessage().lines().findFirst().orElse("")));
      }
    }
    if (!faults.isEmpty()) {
      throw EngramException.usage(String.join("\n", faults));
    }
    return overrides;
  }

  /** The keys and sections that are set. */
  public Set<String> paths() {
    return values.keySet();
  }

  /** Sets them in a recipe. */
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
    // A value where a section should be is told by the check of the keys.
    if (inner instanceof ObjectNode section) {
      set(section, path.substring(dot + 1), value);
    }
  }
}
