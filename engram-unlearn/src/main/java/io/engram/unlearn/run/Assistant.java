package io.engram.unlearn.run;

import io.engram.core.run.RunFolder;
import io.engram.model.group.WorkerGroup;
import java.nio.file.Path;

/** What the workers do that don't lead: their part of each run that the leader announces. */
public final class Assistant {
  private static final String END = "end";

  private Assistant() {}

  /**
   * Takes part in all runs of a group, until the leader has {@linkplain #dismiss dismissed} it.
   *
   * @param scratch a folder for this process's own journals
   * @param setup how to compute
   * @param begins called before each run
   */
  public static void work(WorkerGroup group, Path scratch, Setup setup, Runnable begins) {
    int run = 0;
    for (String told = group.awaitAnnouncement();
        !told.equals(END);
        told = group.awaitAnnouncement()) {
      begins.run();
      try (RunFolder own = RunFolder.create(scratch.resolve(Integer.toString(run)))) {
        Experiment.assist(Experiment.Assisted.of(told), own, setup.with(group));
      }
      run++;
    }
  }

  /** Tells the others, as their leader, that there are no more runs. */
  public static void dismiss(WorkerGroup group) {
    group.announce(END);
  }
}
