package io.engram.cli.output;

import io.engram.core.data.DuckDb;
import io.engram.core.run.JsonFiles;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The output of a command: results go to standard output, messages to standard error.
 *
 * @param out results
 * @param err messages and progress
 * @param json results as one JSON object instead of tables
 * @param quiet no messages and no progress
 */
public record Console(PrintWriter out, PrintWriter err, boolean json, boolean quiet) {
  /** Prints a message unless quiet. */
  public void message(String text) {
    if (!quiet) {
      err.println(text);
      err.flush();
    }
  }

  /** Prints the result: the object with {@code --json}, otherwise the text unless it is empty. */
  public void result(Map<String, ? extends @Nullable Object> object, String text) {
    String shown = json ? JsonFiles.line(object) : text;
    if (!shown.isEmpty()) {
      out.println(shown);
      out.flush();
    }
  }

  /** Prints a result with one row per sample. */
  public void rows(List<?> rows, String text) {
    result(Map.of("samples", rows), text);
  }

  /**
   * Writes rows to the file given by {@code --out}, if any, and says so: as Parquet if that is its
   * name, otherwise as JSON Lines.
   */
  public void write(@Nullable Path out, List<?> rows) {
    if (out != null) {
      if (out.toString().endsWith(".parquet") && !rows.isEmpty()) {
        DuckDb.writeParquet(out, rows.stream().map(JsonFiles::line).toList());
      } else {
        JsonFiles.writeLines(out, rows);
      }
      message(rows.size() + " samples written to " + out);
    }
  }
}
