package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.core.sample.DataRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A row's columns under the names that a task uses; nested ones with a dot, list items by index:
 * {@code choices.3}.
 */
final class Columns {
  private Columns() {}

  /** A column's value; a missing node if there is none. */
  static JsonNode at(ObjectNode fields, String column) {
    JsonNode node = fields;
    for (String name : column.split("\\.", -1)) {
      boolean numbered = node.isArray() && name.matches("\\d{1,3}");
      node = numbered ? node.path(Integer.parseInt(name)) : node.path(name);
    }
    return node;
  }

  /** The texts of a column that is a list. */
  static List<String> texts(DataRow row, String column) {
    JsonNode node = at(row.fields(), column);
    if (!node.isArray()) {
      throw EngramException.usage(
          "%s: the column %s is %s, not a list".formatted(row.where(), column, node));
    }
    List<String> texts = new ArrayList<>();
    node.forEach(each -> texts.add(each.isNull() ? "" : each.asString()));
    return texts;
  }

  /** The row with its columns renamed for the task; the original names stay too. */
  static DataRow renamed(DataRow row, Map<String, Object> fields) {
    for (Map.Entry<String, Object> field : fields.entrySet()) {
      JsonNode value =
          field.getValue() instanceof List<?> several
              ? listed(row, several)
              : at(row.fields(), String.valueOf(field.getValue()));
      if (!value.isMissingNode()) {
        row.fields().set(field.getKey(), value);
      }
    }
    return row;
  }

  private static JsonNode listed(DataRow row, List<?> columns) {
    ArrayNode list = row.fields().arrayNode();
    for (Object column : columns) {
      JsonNode value = at(row.fields(), String.valueOf(column));
      if (value.isMissingNode()) {
        return value;
      }
      list.add(value);
    }
    return list;
  }

  /**
   * The row, if it has these columns.
   *
   * @throws EngramException naming the missing ones and the existing ones
   */
  static DataRow required(DataRow row, List<String> columns, String task) {
    List<String> missing =
        columns.stream()
            .filter(
                column -> {
                  JsonNode value = at(row.fields(), column);
                  return value.isMissingNode() || value.isNull();
                })
            .toList();
    if (!missing.isEmpty()) {
      throw EngramException.usage(
          "%s has no column %s; the task %s needs %s, the row has %s"
              .formatted(
                  row.where(),
                  String.join(", ", missing),
                  task,
                  columns,
                  row.fields().propertyNames()));
    }
    return row;
  }

  /**
   * A text.
   *
   * @throws EngramException if the row doesn't have it
   */
  static String required(DataRow row, String column, TaskSpec task) {
    return Objects.requireNonNull(text(required(row, List.of(column), task.task()), column));
  }

  /** Writes a converted text from one column to another. */
  static void put(DataRow row, String column, Function<String, String> made) {
    row.fields().put(column, made.apply(row.fields().path(column).asString("")));
  }

  /** A text, or null if the column is missing or isn't a text. */
  static @Nullable String text(DataRow row, String column) {
    JsonNode node = at(row.fields(), column);
    return node.isMissingNode() || node.isNull() ? null : node.asString();
  }
}
