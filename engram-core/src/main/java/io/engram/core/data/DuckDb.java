package io.engram.core.data;

import io.engram.core.EngramException;
import io.engram.core.Rows;
import io.engram.core.run.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads and writes Parquet files with DuckDB. */
public final class DuckDb {
  /** DuckDB writes NaN and Infinity, which aren't JSON. */
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private DuckDb() {}

  /**
   * The rows of a Parquet file in the file's order; a column of lists becomes an array.
   *
   * @param most maximum number of rows, from the first; 0: all
   * @param mostCharacters maximum size of all rows as JSON, since a few bytes can stand for any
   *     number of equal rows
   * @throws EngramException of kind FILE if it isn't a Parquet file, or has more than that
   */
  public static List<ObjectNode> parquet(Path file, int most, long mostCharacters) {
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
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw EngramException.file(file + " can't be read as Parquet: " + reason, e);
    } catch (JacksonException e) {
      throw EngramException.file(file + " has a row that isn't JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Writes rows as a Parquet file, atomically: a column for each field, with the narrowest type
   * that all rows fit (text, whole number, number, truth value, lists and structures of these). A
   * field that a row doesn't have is null.
   *
   * @param rows at least one, each a JSON object as {@link JsonFiles#tableLine} writes it
   * @throws EngramException of kind FILE if it can't be written
   */
  public static void writeParquet(Path file, Rows<String> rows) {
    Path whole = file.toAbsolutePath();
    Path beside = whole.resolveSibling(whole.getFileName() + ".part");
    try (RowTable table = new RowTable()) {
      Files.createDirectories(Objects.requireNonNull(whole.getParent()));
      rows.each(table::add);
      try (Statement statement = table.statement()) {
        statement.execute(
            "COPY (SELECT unnest(json_transform(fields, '%s')) FROM source ORDER BY row_number) TO '%s' (FORMAT parquet)"
                .formatted(table.structure(), beside.toString().replace("'", "''")));
      }
      Files.move(
          beside, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (SQLException | IOException e) {
      throw EngramException.file(file + " can't be written: " + e.getMessage(), e);
    }
  }

  /** Streams rows instead of loading them all. */
  private static Properties streaming() {
    Properties properties = new Properties();
    properties.setProperty("jdbc_stream_results", "true");
    return properties;
  }
}
