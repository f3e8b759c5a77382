package io.engram.core.data;

import io.engram.core.EngramException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Which rows fulfil a SQL condition. */
public final class SqlFilter {
  private SqlFilter() {}

  /**
   * The numbers, from 0 and ascending, of the rows for which a condition holds. The rows' fields
   * are the columns; the condition can reach nothing but them.
   *
   * @param where a DuckDB expression: {@code length(answer) > 40}
   * @param setBy what the condition is called in messages: {@code --where}
   * @throws EngramException of kind USAGE if DuckDB doesn't understand it, with what it said
   */
  public static List<Integer> rows(List<ObjectNode> rows, String where, String setBy) {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET enable_external_access = false");
      statement.execute("CREATE TABLE source (row_number INTEGER, fields JSON)");
      insert(connection, rows);
      return query(statement, structure(statement), where);
    } catch (SQLException e) {
      throw EngramException.usage(
          "%s '%s': %s; the columns are %s"
              .formatted(
                  setBy,
                  where,
                  String.valueOf(e.getMessage()).strip(),
                  rows.isEmpty() ? List.of() : rows.get(0).propertyNames()));
    }
  }

  private static void insert(Connection connection, List<ObjectNode> rows) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO source VALUES (?, ?)")) {
      for (int i = 0; i < rows.size(); i++) {
        insert.setInt(1, i);
        insert.setString(2, rows.get(i).toString());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** The columns and their types, as DuckDB reads them off all rows. */
  private static String structure(Statement statement) throws SQLException {
    try (ResultSet result =
        statement.executeQuery("SELECT json_group_structure(fields)::VARCHAR FROM source")) {
      result.next();
      return result.getString(1).replace("'", "''");
    }
  }

  private static List<Integer> query(Statement statement, String structure, String where)
      throws SQLException {
    String columns =
        "SELECT row_number AS engram_row, unnest(json_transform(fields, '%s')) FROM source"
            .formatted(structure);
    String query =
        "SELECT engram_row FROM (%s) WHERE (%s\n) ORDER BY engram_row".formatted(columns, where);
    List<Integer> numbers = new ArrayList<>();
    try (ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        numbers.add(result.getInt(1));
      }
    }
    return numbers;
  }
}
