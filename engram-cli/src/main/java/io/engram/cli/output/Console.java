package io.engram.cli.output;

import io.engram.core.Rows;
import io.engram.core.data.DuckDb;
import io.engram.core.run.JsonFiles;
import io.engram.core.text.NumberText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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

  /**
   * Makes rows, one for each sample, and writes them to the file given by {@code --out} as they
   * come. Without a file, or with {@code --json}, prints them once all are made.
   *
   * @param count how many there will be
   * @param text of rows that are printed
   */
  public <R> void rows(
      @Nullable Path out, int count, Rows<R> rows, Function<List<R>, String> text) {
    if (out != null && !json) {
      writeRows(out, count, rows);
      return;
    }
    List<R> made = new ArrayList<>();
    rows.each(made::add);
    write(out, made);
    result(Map.of("samples", made), json ? "" : text.apply(made));
  }

  /**
   * Writes rows to the file given by {@code --out}, if any, and says so: as Parquet if that is its
   * name, otherwise as JSON Lines.
   */
  public void write(@Nullable Path out, List<?> rows) {
    if (out != null) {
      Rows<Object> each = rows::forEach;
      writeRows(out, rows.size(), each);
    }
  }

  private void writeRows(Path out, int count, Rows<?> rows) {
    if (out.toString().endsWith(".parquet") && count > 0) {
      DuckDb.writeParquet(out, taker -> rows.each(row -> taker.accept(JsonFiles.tableLine(row))));
    } else {
      JsonFiles.writeLines(out, taker -> rows.each(row -> taker.accept(JsonFiles.line(row))));
    }
    message(NumberText.counted(count, "row") + " written to " + out);
  }
}
