package io.engram.core.data;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Finds the rows that meet a SQL condition, such as {@code length(answer) > 40}. The rows' fields
 * are the columns; the condition can't access anything else. Of fields whose names differ only in
 * case it sees the one in lower case, otherwise the first. Rows are taken one by one and not kept
 * in the Java heap.
 */
public final class Condition implements AutoCloseable {
  private final String where;
  private final String setBy;
  private final RowTable table;
  private final Set<String> fields = new LinkedHashSet<>();
  private @Nullable String text;

  /**
   * Prepares a condition.
   *
   * @param where a DuckDB expression
   * @param setBy the condition's name in messages: {@code --where}
   */
  public Condition(String where, String setBy) {
    this.where = where;
    this.setBy = setBy;
    try {
      table = new RowTable();
      try (Statement statement = table.statement()) {
        statement.execute("SET enable_external_access = false");
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Adds a row to choose from. */
  public void add(ObjectNode row) {
    table.add(JsonFiles.tableLine(row));
    for (Map.Entry<String, JsonNode> field : row.properties()) {
      String name = field.getKey();
      fields.add(name);
      if (field.getValue().isString()
          && (text == null || name.equals("answer"))
          && ConditionFault.isPlain(name)) {
        text = name;
      }
    }
  }

  /**
   * The numbers, from 0 and ascending, of the rows for which the condition holds.
   *
   * @throws EngramException of kind USAGE if DuckDB doesn't understand it, saying why in the user's
   *     words, and which fields exist
   */
  public List<Integer> rows() {
    List<Integer> numbers = new ArrayList<>();
    try (Statement statement = table.statement();
        ResultSet result =
            statement.executeQuery(
                "SELECT engram_row FROM (SELECT row_number AS engram_row, unnest(json_transform(fields, '%s')) FROM source) WHERE (%s\n) ORDER BY engram_row"
                    .formatted(table.structure(), where))) {
      while (result.next()) {
        numbers.add(result.getInt(1));
      }
    } catch (SQLException e) {
      throw ConditionFault.of(
          String.valueOf(e.getMessage()), where, setBy, RowTable.distinct(fields), text);
    }
    return numbers;
  }

  @Override
  public void close() {
    try {
      table.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
