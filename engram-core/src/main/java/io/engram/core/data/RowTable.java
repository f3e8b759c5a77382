package io.engram.core.data;

import io.engram.core.EngramException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * A table {@code source} of rows in DuckDB's own memory, each with its number and its fields as
 * JSON. Rows are packed as they come, so that any number fits.
 */
final class RowTable implements AutoCloseable {
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

  /** The columns and their types, as DuckDB infers them from all rows. */
  String structure() throws SQLException {
    try (Statement statement = statement();
        ResultSet result =
            statement.executeQuery("SELECT json_group_structure(fields)::VARCHAR FROM source")) {
      result.next();
      return result.getString(1).replace("'", "''");
    }
  }

  @Override
  public void close() throws SQLException {
    try (Connection last = connection) {
      appender.close();
    }
  }
}
