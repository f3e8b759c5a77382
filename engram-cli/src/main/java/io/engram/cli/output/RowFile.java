package io.engram.cli.output;

import io.engram.core.run.JsonFiles;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The JSON Lines file that {@code --out} names. */
public final class RowFile {
  private RowFile() {}

  /** Writes it whole where one is wanted, and says so. */
  public static void write(@Nullable Path out, List<?> rows, Console console) {
    if (out != null) {
      JsonFiles.writeLines(out, rows);
      console.message(rows.size() + " samples written to " + out);
    }
  }
}
