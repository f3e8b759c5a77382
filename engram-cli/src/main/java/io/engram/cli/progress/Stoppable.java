package io.engram.cli.progress;

import io.engram.core.ProgressListener;

/**
 * Leaves a computation that has nothing to resume from when Ctrl-C was pressed: it is told of
 * progress between two steps, in its own thread, which is where it can be left.
 */
public record Stoppable(ProgressListener shown) implements ProgressListener {
  @Override
  public void start(String what, long total, String unit) {
    shown.start(what, total, unit);
  }

  @Override
  public void advance(long done) {
    shown.advance(done);
    if (Interruption.requested()) {
      shown.finish();
      throw new Interruption.Stopped();
    }
  }

  @Override
  public void finish() {
    shown.finish();
  }
}
