package io.engram.cli.progress;

import io.engram.cli.output.Console;
import io.engram.core.ProgressListener;
import org.jspecify.annotations.Nullable;

/** Chooses how progress is shown. */
public final class Progress {
  private static final int DEFAULT_WIDTH = 100;
  private static final int LEAST_WIDTH = 60;

  private Progress() {}

  /** A bar on a terminal, which the launcher tells of; lines elsewhere; nothing when quiet. */
  public static ProgressListener shown(Console console) {
    if (console.quiet()) {
      return ProgressListener.NONE;
    }
    return Boolean.getBoolean("engram.terminal")
        ? new BarProgress(console.err(), width(System.getenv("COLUMNS")))
        : new LineProgress(console.err(), System::nanoTime);
  }

  /** Of one computation among several at once: lines that begin with its name. */
  public static ProgressListener among(Console console, String name) {
    return console.quiet()
        ? ProgressListener.NONE
        : new LineProgress(console.err(), System::nanoTime, name + ": ");
  }

  private static int width(@Nullable String columns) {
    return columns != null && columns.matches("\\d{1,4}")
        ? Math.max(LEAST_WIDTH, Integer.parseInt(columns) - 1)
        : DEFAULT_WIDTH;
  }
}
