package io.engram.core.data;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The rows of a Parquet file. */
public final class ParquetRows {
  /** DuckDB writes numbers that JSON hasn't as NaN and Infinity. */
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private ParquetRows() {}

  /**
   * The rows in the file's order; a column of lists becomes an array.
   *
   * @param most the first so many of them; 0: all
   * @param mostCharacters what all rows together may take as JSON: a few bytes can stand for any
   *     number of equal rows
   * @throws EngramException of kind FILE if it isn't a Parquet file, or has more than that
   */
  public static List<ObjectNode> read(Path file, int most, long mostCharacters) {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:", streaming());
        PreparedStatement query =
            connection.prepareStatement(
                "SELECT to_json(r)::VARCHAR FROM read_parquet(?) r"
                    + (most > 0 ? " LIMIT " + most : ""))) {
      query.setString(1, file.toString());
      List<ObjectNode> rows = new ArrayList<>();
      long characters = 0;
      try (ResultSet result = query.executeQuery()) {
        while (result.next()) {
          String row = result.getString(1);
          characters += row.length();
          if (characters > mostCharacters) {
            throw EngramException.file(
                "%s has rows of more than %d characters, far more than text of its size does; write them as .jsonl if they are right"
                    .formatted(file, mostCharacters));
          }
          rows.add((ObjectNode) JSON.readTree(row));
        }
      }
      return rows;
    } catch (SQLException e) {
      throw EngramException.file(file + " can't be read as Parquet: " + e.getMessage(), e);
    } catch (JacksonException e) {
      throw EngramException.file(file + " has a row that is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Rows come one after the other instead of all at once. */
  private static Properties streaming() {
    Properties properties = new Properties();
    properties.setProperty("jdbc_stream_results", "true");
    return properties;
  }
}
