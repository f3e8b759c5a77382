package io.engram.unlearn.audit;

import io.engram.core.ProgressListener;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Passes progress on, and ends a computation that has run out of time or that the user interrupted:
 * attacks report progress after each pass, so this is where they can be stopped.
 */
final class LimitedProgress implements ProgressListener {
  private final ProgressListener listener;
  private final BooleanSupplier interrupted;
  private final double deadline;
  private final AtomicInteger open = new AtomicInteger();

  /**
   * Passes progress on.
   *
   * @param deadline in seconds of {@link System#nanoTime}
   */
  LimitedProgress(ProgressListener listener, BooleanSupplier interrupted, double deadline) {
    this.listener = listener;
    this.interrupted = interrupted;
    this.deadline = deadline;
  }

  @Override
  public void start(String what, long total, String unit) {
    check();
    listener.start(what, total, unit);
    open.incrementAndGet();
  }

  @Override
  public void advance(long done) {
    listener.advance(done);
    check();
  }

  @Override
  public void note(String text) {
    listener.note(text);
  }

  @Override
  public void finish() {
    listener.finish();
    open.decrementAndGet();
  }

  /** Ends the stages that a failed computation left open. */
  void finishAll() {
    while (open.get() > 0) {
      finish();
    }
  }

  private void check() {
    if (interrupted.getAsBoolean()) {
      throw new Audit.Stopped();
    }
    if (System.nanoTime() / 1e9 > deadline) {
      throw new OutOfTime();
    }
  }

  /** The attack has used its time. */
  static final class OutOfTime extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
