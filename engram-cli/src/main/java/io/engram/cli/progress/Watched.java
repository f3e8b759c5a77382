package io.engram.cli.progress;

import io.engram.cli.output.Console;
import io.engram.core.ProgressListener;
import java.util.function.Function;

/** Runs a computation, shows its progress, and lets Ctrl-C stop it. */
public final class Watched {
  private Watched() {}

  /** Runs a computation with a single stage; the computation only reports its advance. */
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

  /** Runs a computation that starts and finishes its stages itself. */
  public static <T> T run(Console console, Function<ProgressListener, T> computation) {
    Interruption.watch(console);
    return computation.apply(new Stoppable(Progress.shown(console)));
  }

  /**
   * Stops a computation that can't be resumed when Ctrl-C is pressed. Progress is reported between
   * two steps, in the computation's own thread, which is where an exception can stop it.
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
    public void note(String text) {
      shown.note(text);
    }

    @Override
    public void say(String text) {
      shown.say(text);
    }

    @Override
    public void finish() {
      shown.finish();
    }
  }
}
