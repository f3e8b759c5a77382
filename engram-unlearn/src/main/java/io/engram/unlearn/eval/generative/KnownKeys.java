package io.engram.unlearn.eval.generative;

import io.engram.core.settings.NearestNames;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Compares the keys of a task's file with the record that it describes, before it is read. */
public final class KnownKeys {
  private KnownKeys() {}

  /**
   * Keys and names that don't exist, and values of a wrong kind.
   *
   * @param type the record that the file describes, with snake_case keys for its components
   * @return everything that is wrong, with its path; empty: nothing
   */
  public static List<String> faults(JsonNode tree, Class<? extends Record> type) {
    List<String> faults = new ArrayList<>();
    keys(tree, type, "", faults);
    return faults;
  }

  private static void keys(JsonNode tree, Class<?> type, String path, List<String> faults) {
    if (!tree.isObject()) {
      faults.add(
          "%s is %s; keys and their values are right: %s"
              .formatted(path.isEmpty() ? "the file" : path, tree, components(type).keySet()));
      return;
    }
    Map<String, Type> known = components(type);
    tree.properties()
        .forEach(
            entry -> {
              String at = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
              Type wanted = known.get(entry.getKey());
              if (wanted == null) {
                faults.add(
                    "%s: there is no such key; nearest is %s, all are %s"
                        .formatted(
                            at,
                            NearestNames.of(entry.getKey(), known.keySet(), 1).get(0),
                            known.keySet()));
              } else {
                value(entry.getValue(), wanted, at, faults);
              }
            });
  }

  private static void value(JsonNode node, Type wanted, String at, List<String> faults) {
    if (wanted instanceof ParameterizedType several && several.getRawType() == List.class) {
      if (!node.isArray()) {
        faults.add("%s is %s; a list is right".formatted(at, node));
        return;
      }
      for (int i = 0; i < node.size(); i++) {
        value(node.get(i), several.getActualTypeArguments()[0], at + "[" + i + "]", faults);
      }
    } else if (wanted instanceof Class<?> type && type.isEnum()) {
      List<String> names =
          Arrays.stream(type.getEnumConstants())
              .map(each -> ((Enum<?>) each).name().toLowerCase(Locale.ROOT))
              .toList();
      if (!names.contains(node.asString(""))) {
        faults.add("%s is %s; there are %s".formatted(at, node, names));
      }
    } else if (wanted instanceof Class<?> type && type.isRecord()) {
      keys(node, type, at, faults);
    } else if (wanted == Integer.class && !node.isInt()) {
      faults.add("%s is %s; a whole number is right".formatted(at, node));
    } else if (wanted == Boolean.class && !node.isBoolean()) {
      faults.add("%s is %s; true or false are right".formatted(at, node));
    } else if (wanted == String.class && !node.isValueNode()) {
      faults.add("%s is %s; a text is right".formatted(at, node));
    }
  }

  private static Map<String, Type> components(Class<?> type) {
    Map<String, Type> names = new LinkedHashMap<>();
    for (RecordComponent each : type.getRecordComponents()) {
      names.put(
          each.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT),
          each.getGenericType());
    }
    return names;
  }
}
