package io.engram.core.recipe;

import io.engram.core.EngramException;
import io.engram.core.recipe.MethodSection.MethodName;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** A recipe as a tree of sections and values, between the YAML and the records. */
final class RecipeTree {
  /** YAML 1.2: {@code 1e-5} is a number, {@code off} a text. A key twice is an error. */
  static final YAMLMapper YAML =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private static final Map<String, KeyTable.Entry> KEYS =
      KeyTable.ENTRIES.stream()
          .collect(Collectors.toMap(KeyTable.Entry::path, Function.identity()));

  private static final Set<String> SECTIONS =
      KEYS.keySet().stream().flatMap(RecipeKeys::sections).collect(Collectors.toSet());

  private RecipeTree() {}

  /** The tree of a text; an empty one for an empty text. */
  static ObjectNode read(String yaml, String where) {
    try {
      JsonNode root = YAML.readTree(yaml);
      if (root instanceof ObjectNode sections) {
        return sections;
      }
      if (root.isMissingNode() || root.isNull()) {
        return YAML.createObjectNode();
      }
      throw EngramException.usage(where + " is not a recipe: it has no sections, only " + root);
    } catch (JacksonException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      String reason = e.getOriginalMessage().lines().findFirst().orElse("");
      throw EngramException.usage("%s line %d is not YAML: %s".formatted(where, line, reason));
    }
  }

  /** Every key with its value or its default; what is wrong goes to the faults. */
  static ObjectNode resolve(ObjectNode given, Recipe.Kind kind, Faults faults) {
    ObjectNode resolved = YAML.createObjectNode();
    for (KeyTable.Entry entry : KeyTable.ENTRIES) {
      put(resolved, entry, YAML.readTree(entry.defaultYaml()));
    }
    if (kind == Recipe.Kind.FINETUNE) {
      section(resolved, "method").put("name", "finetune");
    }
    take(given, "", resolved, faults);
    fillDependent(resolved, given);
    return resolved;
  }

  /** Defaults that hang on another key's value, and what {@code auto} is written as. */
  private static void fillDependent(ObjectNode resolved, ObjectNode given) {
    ObjectNode estimator = section(section(resolved, "order"), "estimator");
    for (String key : EstimatorSection.AUTO_KEYS) {
      if (estimator.path(key).isString()) {
        estimator.put(key, 0);
      }
    }
    ObjectNode method = section(resolved, "method");
    MethodName name = MethodName.valueOf(method.path("name").asString().toUpperCase(Locale.ROOT));
    if (isUnset(given.path("method").path("retain_weight"))) {
      method.put("retain_weight", name.defaultRetainWeight());
    }
    if (name == MethodName.RMU && isUnset(given.path("method").path("retain_loss"))) {
      method.put("retain_loss", "hidden");
    }
    if (isUnset(given.path("method").path("beta"))) {
      method.put("beta", name.defaultBeta());
    }
    JsonNode budget = resolved.path("budget");
    if (budget.path("epochs").isNull() && budget.path("updates").isNull()) {
      section(resolved, "budget").put("epochs", 5);
    }
  }

  private static void take(ObjectNode section, String prefix, ObjectNode resolved, Faults faults) {
    for (Map.Entry<String, JsonNode> property : section.properties()) {
      String path = prefix + property.getKey();
      JsonNode value = property.getValue();
      KeyTable.Entry entry = KEYS.get(path);
      if (entry != null) {
        takeValue(entry, value, resolved, faults);
      } else if (!SECTIONS.contains(path)) {
        faults.add(path, ": no such key; the nearest is " + RecipeKeys.nearest(path));
      } else if (value instanceof ObjectNode inner) {
        take(inner, path + ".", resolved, faults);
      } else if (!value.isNull()) {
        faults.add(path, " = " + value + ": is a section; its keys are " + keysOf(path));
      }
    }
  }

  private static void takeValue(
      KeyTable.Entry entry, JsonNode value, ObjectNode resolved, Faults faults) {
    Allowed allowed = entry.allowed();
    if (allowed.admits().test(value)) {
      put(resolved, entry, value);
    } else if (!isUnset(value)) {
      faults.add(entry.path(), " = %s: must be %s".formatted(value, allowed.text()));
    }
  }

  /** Lists are written as lists, also where one value was given or none. */
  private static void put(ObjectNode tree, KeyTable.Entry entry, JsonNode value) {
    String path = entry.path();
    int dot = path.lastIndexOf('.');
    ObjectNode section = dot < 0 ? tree : section(tree, path.substring(0, dot));
    String name = path.substring(dot + 1);
    boolean listed = name.equals("data") || entry.defaultYaml().startsWith("[");
    if (listed && !value.isArray()) {
      ArrayNode list = section.putArray(name);
      if (!value.isNull()) {
        list.add(value);
      }
    } else {
      section.set(name, value);
    }
  }

  /** The section of this path, made where it's missing. */
  private static ObjectNode section(ObjectNode tree, String path) {
    ObjectNode at = tree;
    for (String name : path.split("\\.", -1)) {
      at = at.get(name) instanceof ObjectNode inner ? inner : at.putObject(name);
    }
    return at;
  }

  private static boolean isUnset(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  private static String keysOf(String section) {
    return KeyTable.ENTRIES.stream()
        .map(KeyTable.Entry::path)
        .filter(path -> path.startsWith(section + "."))
        .map(path -> path.substring(section.length() + 1))
        .collect(Collectors.joining(", "));
  }
}
