package io.engram.cli.progress;

import io.engram.core.ProgressListener;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * A line at the start of a stage, then at most one every ten seconds, and one at the end of a stage
 * that took longer than that: for logs and pipes. Stages may lie in one another.
 */
public final class LineProgress implements ProgressListener {
  private static final long EVERY_NANOS = Duration.ofSeconds(10).toNanos();

  private final PrintWriter err;
  private final LongSupplier nanoTime;
  private final String prefix;
  private final Deque<Stage> stages = new ArrayDeque<>();

  /** To this writer, by this clock. */
  public LineProgress(PrintWriter err, LongSupplier nanoTime) {
    this(err, nanoTime, "");
  }

  /** The same of one computation among several: each line begins with {@code prefix}. */
  LineProgress(PrintWriter err, LongSupplier nanoTime, String prefix) {
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
  public void finish() {
    Stage stage = stages.poll();
    long now = nanoTime.getAsLong();
    if (stage != null && now - stage.startedAt >= EVERY_NANOS) {
      print("%s: done in %s".formatted(stage.what, Times.text(now - stage.startedAt)));
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
          "%s: %d of %d %s, %.1f a second, %s left",
          what,
          done,
          total,
          unit,
          done / seconds,
          Times.text((long) (seconds / Math.max(done, 1) * (total - done) * 1e9)));
    }
  }
}
