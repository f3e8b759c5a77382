package io.engram.cli.output;

import io.engram.core.run.JsonFiles;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the JSON Lines file given by {@code --out}. */
public final class RowFile {
  private RowFile() {}

  /** Writes the file atomically if one is given, and prints a message. */
  public static void write(@Nullable Path out, List<?> rows, Console console) {
    if (out != null) {
      JsonFiles.writeLines(out, rows);
      console.message(rows.size() + " samples written to " + out);
    }
  }
}
