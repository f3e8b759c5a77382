package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.core.sample.DataRow;
import io.engram.core.sample.PlainTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.JsonNodeFactory;

/** A part's rows from the files of its data set, with the columns that the task needs. */
final class TaskRows {
  private final TaskSpec task;
  private final String part;
  private final DatasetFolder.Found found;

  TaskRows(TaskSpec task, String part, DatasetFolder.Found found) {
    this.task = task;
    this.part = part;
    this.found = found;
  }

  /** What a reader of the numbers should know of these files; empty: nothing. */
  List<String> notes() {
    String note = found.layout().note();
    return note == null ? List.of() : List.of(note);
  }

  /** All documents, in the order of the files. */
  List<DataRow> documents() {
    return read(found.files());
  }

  /**
   * All rows of the set that examples are taken from.
   *
   * @param least how many are needed
   * @throws EngramException if there are fewer
   */
  List<DataRow> examples(int least) {
    List<DataRow> rows = found.examples().isEmpty() ? List.of() : read(found.examples());
    if (rows.size() < least) {
      throw EngramException.file(
          "harness: %d examples are to go before each question of %s%s; %s"
              .formatted(
                  least,
                  task.task(),
                  part.isEmpty() ? "" : " " + part,
                  found.layout().examples() == null
                      ? "data.layouts names no files of examples for " + found.files().get(0)
                      : found.layout().examples() + " has " + rows.size()));
    }
    return rows;
  }

  private List<DataRow> read(List<Path> files) {
    List<DataRow> rows = new ArrayList<>();
    for (Path file : files) {
      PlainTable table = found.layout().table();
      rows.addAll(
          isText(file) ? whole(file) : table != null ? table.read(file) : DataRow.read(file));
    }
    String column = found.layout().partColumn();
    List<DataRow> own =
        column == null
            ? rows
            : rows.stream().filter(row -> part.equals(Columns.text(row, column))).toList();
    List<DataRow> renamed =
        own.stream().map(row -> Columns.renamed(row, found.layout().fields())).toList();
    List<DataRow> mended = RowMending.mended(renamed, task.data().mend());
    mended.forEach(row -> Columns.required(row, task.data().columns(), task.task()));
    return mended;
  }

  private static boolean isText(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".txt") || name.endsWith(".raw");
  }

  private static List<DataRow> whole(Path file) {
    return List.of(
        new DataRow(
            JsonNodeFactory.instance.objectNode().put("text", DataRow.text(file)),
            file.toString()));
  }
}
