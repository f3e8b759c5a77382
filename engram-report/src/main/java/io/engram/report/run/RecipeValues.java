package io.engram.report.run;

import io.engram.core.EngramException;
import io.engram.core.settings.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A resolved recipe as dotted keys and the text of their values, in the file's order. Read as a
 * tree and not as core's records, since a report must also open runs with an older or newer recipe
 * format.
 */
public record RecipeValues(String yaml, Map<String, String> values) {
  /** Text that isn't YAML has no keys; the page still shows it unchanged. */
  public static RecipeValues parse(String yaml) {
    Map<String, String> values = new LinkedHashMap<>();
    try {
      flatten("", Yaml.value(yaml, "recipe.yaml"), values);
    } catch (EngramException damaged) {
      values.clear();
    }
    return new RecipeValues(yaml, values);
  }

  private static void flatten(String path, JsonNode node, Map<String, String> into) {
    if (node.isObject() && !node.isEmpty()) {
      node.properties()
          .forEach(
              field ->
                  flatten(
                      path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                      field.getValue(),
                      into));
    } else if (!path.isEmpty()) {
      into.put(path, text(node));
    }
  }

  private static String text(JsonNode node) {
    if (node.isArray()) {
      List<String> parts = new ArrayList<>();
      node.forEach(part -> parts.add(text(part)));
      return String.join(", ", parts);
    }
    return node.isNull() ? "" : node.isValueNode() ? node.asString() : node.toString();
  }

  /** The value's text, or the given one if the key is absent or empty. */
  public String get(String key, String absent) {
    String value = values.getOrDefault(key, "");
    return value.isEmpty() ? absent : value;
  }

  /** The value as a number, or NaN if the key is absent or not a number ({@code auto}). */
  public double number(String key) {
    try {
      return Double.parseDouble(get(key, "NaN"));
    } catch (NumberFormatException word) {
      return Double.NaN;
    }
  }
}
