package io.engram.cli.progress;

import io.engram.cli.output.Console;
import io.engram.core.ProgressListener;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows the progress of a long computation: a bar on a terminal, occasional lines elsewhere. Stages
 * may be nested.
 */
public final class Progress {
  private static final int DEFAULT_WIDTH = 100;
  private static final int LEAST_WIDTH = 60;

  private Progress() {}

  /** A bar on a terminal, as reported by the launcher; lines elsewhere; nothing when quiet. */
  public static ProgressListener shown(Console console) {
    if (console.quiet()) {
      return ProgressListener.NONE;
    }
    return Boolean.getBoolean("engram.terminal")
        ? new Bar(console.err(), width(System.getenv("COLUMNS")))
        : new Lines(console.err(), System::nanoTime);
  }

  /** The progress of one of several concurrent computations: lines that begin with its name. */
  public static ProgressListener among(Console console, String name) {
    return console.quiet()
        ? ProgressListener.NONE
        : new Lines(console.err(), System::nanoTime, name + ": ");
  }

  /** A length of time: {@code 45 s}, {@code 3 min 20 s}, {@code 2 h 5 min}. */
  public static String time(long nanos) {
    long seconds = Duration.ofNanos(nanos).toSeconds();
    if (seconds < 60) {
      return seconds + " s";
    }
    return seconds < 3600
        ? seconds / 60 + " min " + seconds % 60 + " s"
        : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
  }

  private static int width(@Nullable String columns) {
    return columns != null && columns.matches("\\d{1,4}")
        ? Math.max(LEAST_WIDTH, Integer.parseInt(columns) - 1)
        : DEFAULT_WIDTH;
  }

  /**
   * A bar with rate and time left, redrawn in place, for terminals. Stages may be nested; the
   * innermost one is shown.
   */
  static final class Bar implements ProgressListener {
    private static final int REDRAW_MILLIS = 500;

    private final PrintWriter err;
    private final int width;
    private final Deque<ProgressBar> bars = new ArrayDeque<>();

    /** To this writer, {@code width} characters wide. */
    Bar(PrintWriter err, int width) {
      this.err = err;
      this.width = width;
    }

    @Override
    public void start(String what, long total, String unit) {
      if (!bars.isEmpty()) {
        bars.getFirst().pause();
      }
      bars.push(
          new ProgressBarBuilder()
              .setTaskName(what)
              .setInitialMax(total)
              .setUnit(" " + unit, 1)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(REDRAW_MILLIS)
              .setConsumer(new Redraw(err, width))
              .showSpeed()
              .build());
    }

    @Override
    public void advance(long done) {
      if (!bars.isEmpty()) {
        bars.getFirst().stepBy(done);
      }
    }

    @Override
    public void note(String text) {
      if (!bars.isEmpty()) {
        bars.getFirst().setExtraMessage(" " + text);
      }
    }

    @Override
    public void say(String text) {
      err.println((bars.isEmpty() ? "" : System.lineSeparator()) + text);
      err.flush();
    }

    @Override
    public void finish() {
      if (!bars.isEmpty()) {
        bars.pop().close();
        err.println();
        err.flush();
      }
      if (!bars.isEmpty()) {
        bars.getFirst().resume();
      }
    }

    /** Overwrites the last line. It uses no terminal library, since that would start a process. */
    private record Redraw(PrintWriter err, int width) implements ProgressBarConsumer {
      @Override
      public int getMaxRenderedLength() {
        return width;
      }

      @Override
      public void accept(String text) {
        err.print("\r" + text);
        err.flush();
      }

      @Override
      public void close() {
        // finish() ends the line: the library closes its consumer only in some of its states.
      }
    }
  }

  /**
   * A line at the start of a stage, then at most one every ten seconds, and one at the end of a
   * stage that took longer than that: for logs and pipes. Stages may be nested.
   */
  static final class Lines implements ProgressListener {
    private static final long EVERY_NANOS = Duration.ofSeconds(10).toNanos();

    private final PrintWriter err;
    private final LongSupplier nanoTime;
    private final String prefix;
    private final Deque<Stage> stages = new ArrayDeque<>();

    /** Prints to this writer, timed by this clock. */
    Lines(PrintWriter err, LongSupplier nanoTime) {
      this(err, nanoTime, "");
    }

    /** The same for one of several computations: each line begins with {@code prefix}. */
    Lines(PrintWriter err, LongSupplier nanoTime, String prefix) {
      this.err = err;
      this.nanoTime = nanoTime;
      this.prefix = prefix;
    }

    @Override
    public void start(String what, long total, String unit) {
      stages.push(new Stage(what, total, unit, nanoTime.getAsLong()));
      print(total > 0 ? "%s: %d %s".formatted(what, total, unit) : what);
    }

    @Override
    public void advance(long done) {
      Stage stage = stages.peek();
      if (stage == null) {
        return;
      }
      stage.done += done;
      long now = nanoTime.getAsLong();
      if (now - stage.printedAt >= EVERY_NANOS && stage.done < stage.total) {
        stage.printedAt = now;
        print(stage.line(now));
      }
    }

    @Override
    public void note(String text) {
      Stage stage = stages.peek();
      if (stage != null) {
        stage.note = text;
      }
    }

    @Override
    public void say(String text) {
      print(text);
    }

    @Override
    public void finish() {
      Stage stage = stages.poll();
      long now = nanoTime.getAsLong();
      if (stage != null && now - stage.startedAt >= EVERY_NANOS) {
        String note = stage.note.isEmpty() ? "" : "; " + stage.note;
        print("%s: done in %s%s".formatted(stage.what, time(now - stage.startedAt), note));
      }
    }

    private void print(String line) {
      err.println(prefix + line);
      err.flush();
    }

    private static final class Stage {
      private final String what;
      private final long total;
      private final String unit;
      private final long startedAt;
      private long printedAt;
      private long done;
      private String note = "";

      private Stage(String what, long total, String unit, long now) {
        this.what = what;
        this.total = total;
        this.unit = unit;
        this.startedAt = now;
        this.printedAt = now;
      }

      private String line(long now) {
        double seconds = (now - startedAt) / 1e9;
        return String.format(
            Locale.ROOT,
            "%s: %d of %d %s, %.1f per second, %s left%s",
            what,
            done,
            total,
            unit,
            done / seconds,
            time((long) (seconds / Math.max(done, 1) * (total - done) * 1e9)),
            note.isEmpty() ? "" : "; " + note);
      }
    }
  }
}
