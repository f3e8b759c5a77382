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
}
