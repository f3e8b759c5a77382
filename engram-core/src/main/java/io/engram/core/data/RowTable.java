package io.engram.core.data;

import io.engram.core.EngramException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A table {@code source} of rows in DuckDB's own memory, each with its number and its fields as
 * JSON. Rows are packed as they come, so that any number fits.
 */
final class RowTable implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Pattern CAPITALS = Pattern.compile("[A-Z]+");

  private final DuckDBConnection connection;
  private final DuckDBAppender appender;
  private int count;

  /** An empty table. */
  RowTable() throws SQLException {
    connection = DriverManager.getConnection("jdbc:duckdb:").unwrap(DuckDBConnection.class);
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE source (row_number INTEGER, fields JSON)");
    }
    appender = connection.createAppender("source");
  }

  /** Adds a row: a JSON object. */
  void add(String fields) {
    try {
      appender.beginRow().append(count++).append(fields).endRow();
    } catch (SQLException e) {
      throw EngramException.resources(
          "Row %d can't be taken: %s".formatted(count, e.getMessage()), e);
    }
  }

  /** For queries of the rows that were added so far. */
  Statement statement() throws SQLException {
    appender.flush();
    return connection.createStatement();
  }

  /**
   * The columns and their types, as DuckDB infers them from all rows. DuckDB doesn't tell names
   * apart that differ only in case: of these, the one in lower case is a column, otherwise the
   * first.
   */
  String structure() throws SQLException {
    try (Statement statement = statement();
        ResultSet result =
            statement.executeQuery("SELECT json_group_structure(fields)::VARCHAR FROM source")) {
      result.next();
      return distinct(JSON.readTree(result.getString(1))).toString().replace("'", "''");
    }
  }

  private static JsonNode distinct(JsonNode structure) {
    if (structure instanceof ArrayNode list) {
      ArrayNode kept = JSON.createArrayNode();
      list.forEach(element -> kept.add(distinct(element)));
      return kept;
    }
    if (!(structure instanceof ObjectNode fields)) {
      return structure;
    }
    ObjectNode kept = JSON.createObjectNode();
    distinct(fields.propertyNames()).forEach(name -> kept.set(name, distinct(fields.path(name))));
    return kept;
  }

  /** The names that are columns. */
  static Collection<String> distinct(Collection<String> names) {
    Map<String, String> kept = new LinkedHashMap<>();
    for (String name : names) {
      String lower = lowerCase(name);
      if (name.equals(lower)) {
        kept.put(lower, name);
      } else {
        kept.putIfAbsent(lower, name);
      }
    }
    return kept.values();
  }

  /** In lower case as far as DuckDB cares: the letters A to Z. */
  private static String lowerCase(String name) {
    return CAPITALS.matcher(name).replaceAll(found -> found.group().toLowerCase(Locale.ROOT));
  }

  @Override
  public void close() throws SQLException {
    try (Connection last = connection) {
      appender.close();
    }
  }
}
