package io.engram.core.sample;

import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * A row of a data set as it's stored, for those that want its columns rather than a sample.
 *
 * @param fields its values by name
 * @param where "FILE line 12", for messages
 */
public record DataRow(ObjectNode fields, String where) {
  /**
   * All rows of a file, in its order.
   *
   * @throws io.engram.core.EngramException if the file is missing, empty, not UTF-8 or not of the
   *     format that its name ends in
   */
  public static List<DataRow> read(Path file) {
    return SampleRows.read(file, file.toString()).stream()
        .map(row -> new DataRow(row.fields(), row.where()))
        .toList();
  }

  /** A whole file as text, line ends as they are. */
  public static String text(Path file) {
    return TextFile.read(file, file.toString());
  }
}
