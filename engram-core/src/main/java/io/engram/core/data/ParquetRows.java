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
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The rows of a Parquet file. */
public final class ParquetRows {
  private static final JsonMapper JSON = JsonMapper.shared();

  private ParquetRows() {}

  /**
   * All rows in the file's order; a column of lists becomes an array.
   *
   * @throws EngramException of kind FILE if it isn't a Parquet file
   */
  public static List<ObjectNode> read(Path file) {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        PreparedStatement query =
            connection.prepareStatement("SELECT to_json(r)::VARCHAR FROM read_parquet(?) r")) {
      query.setString(1, file.toString());
      List<ObjectNode> rows = new ArrayList<>();
      try (ResultSet result = query.executeQuery()) {
        while (result.next()) {
          rows.add((ObjectNode) JSON.readTree(result.getString(1)));
        }
      }
      return rows;
    } catch (SQLException e) {
      throw EngramException.file(file + " can't be read as Parquet: " + e.getMessage(), e);
    }
  }
}
