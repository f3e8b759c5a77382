package io.engram.cli.progress;

import io.engram.core.ProgressListener;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * A bar with rate and time left, redrawn in place, for terminals. Stages may lie in one another;
 * the innermost one is shown.
 */
public final class BarProgress implements ProgressListener {
  private static final int REDRAW_MILLIS = 500;

  private final PrintWriter err;
  private final int width;
  private final Deque<ProgressBar> bars = new ArrayDeque<>();

  /** To this writer, {@code width} characters wide. */
  public BarProgress(PrintWriter err, int width) {
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

  /** Draws over the last line; no terminal library is asked, for that would start a process. */
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
      // The line is ended by finish(): the library closes its consumer only in some of its states.
    }
  }
}
