package io.engram.cli.progress;

import io.engram.cli.output.Console;
import io.engram.core.ProgressListener;
import java.util.function.Function;

/** Runs a computation whose progress is shown and which Ctrl-C leaves. */
public final class Watched {
  private Watched() {}

  /** A computation of one stage, which only advances it. */
  public static <T> T stage(
      Console console, String what, int samples, Function<ProgressListener, T> computation) {
    return run(
        console,
        progress -> {
          progress.start(what, samples, "samples");
          T result = computation.apply(progress);
          progress.finish();
          return result;
        });
  }

  /** A computation that starts and finishes its stages itself. */
  public static <T> T run(Console console, Function<ProgressListener, T> computation) {
    Interruption.watch(console);
    return computation.apply(new Stoppable(Progress.shown(console)));
  }

  /**
   * Leaves a computation that has nothing to resume from when Ctrl-C was pressed: it is told of
   * progress between two steps, in its own thread, which is where it can be left.
   */
  private record Stoppable(ProgressListener shown) implements ProgressListener {
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
}
