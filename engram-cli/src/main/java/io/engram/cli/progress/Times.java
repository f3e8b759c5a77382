package io.engram.cli.progress;

import java.time.Duration;

/** Lengths of time for reading. */
public final class Times {
  private Times() {}

  /** {@code 45 s}, {@code 3 min 20 s}, {@code 2 h 5 min}. */
  public static String text(long nanos) {
    long seconds = Duration.ofNanos(nanos).toSeconds();
    if (seconds < 60) {
      return seconds + " s";
    }
    return seconds < 3600
        ? seconds / 60 + " min " + seconds % 60 + " s"
        : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
  }
}
