package io.engram.unlearn.run;

import io.engram.core.ProgressListener;
import io.engram.model.BatchRunners;
import io.engram.model.group.WorkerGroup;
import io.engram.model.tensor.Device;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;

/**
 * Carries out trials in other processes, several at a time. All of them see the trials' folders
 * under the same paths. Trials don't depend on each other, so each is the same, byte for byte, as
 * on one machine with as many threads. Modules that have a runner provide it by {@link
 * ServiceLoader}.
 */
public interface TrialRunner {
  /**
   * What the runner is for.
   *
   * @param master where it runs, in its own words: {@code local[2]}, {@code spark://host:7077}
   * @param settings its own settings
   * @param nativeBytes the memory outside of the Java heap that a process needs which carries out
   *     so many trials at a time
   * @param messages receives what a user should know
   * @param interrupted true stops all; they can be resumed
   */
  record Request(
      String master,
      Map<String, String> settings,
      IntToLongFunction nativeBytes,
      Consumer<String> messages,
      BooleanSupplier interrupted) {}

  /**
   * Starts the processes; the caller closes them.
   *
   * @throws io.engram.core.EngramException if they can't be started
   */
  Running start(Request request);

  /** Processes that wait for trials. */
  interface Running extends AutoCloseable {
    /**
     * Carries out all of these; returns false if they were stopped before.
     *
     * @param progress learns of each trial that is done
     * @throws io.engram.core.EngramException that of the first trial that fails; no more are begun
     */
    boolean carryOut(List<Work> trials, ProgressListener progress);

    @Override
    void close();
  }

  /** The one on the class path, with the libraries that it needs; empty if there is none. */
  static Optional<TrialRunner> find() {
    try {
      return ServiceLoader.load(TrialRunner.class, TrialRunner.class.getClassLoader()).findFirst();
    } catch (ServiceConfigurationError | LinkageError e) {
      return Optional.empty();
    }
  }

  /**
   * A trial as it travels: texts alone.
   *
   * @param name for messages
   * @param recipe the resolved recipe in YAML
   * @param folder its run folder, absolute
   * @param siblings absolute, see {@link Setup#siblings}
   * @param command the command line, for the manifest
   */
  record Work(
      String name,
      String recipe,
      Recipe.Kind kind,
      String folder,
      List<String> siblings,
      String command,
      int batchTokens,
      boolean ignoreMemory)
      implements Serializable {
    /** A trial with how to carry it out. */
    public static Work of(String name, Trials.Trial trial, Setup setup) {
      return new Work(
          name,
          RecipeWriter.yaml(trial.recipe()),
          trial.recipe().kind(),
          absolute(trial.folder()),
          trial.siblings().stream().map(Work::absolute).toList(),
          setup.command(),
          setup.batchTokens(),
          setup.ignoreMemory());
    }

    private static String absolute(Path path) {
      return path.toAbsolutePath().normalize().toString();
    }

    /**
     * Starts it, or resumes it where it was stopped.
     *
     * @param interrupted true stops it
     * @return whether it is done
     */
    public boolean carryOut(int threads, BooleanSupplier interrupted) {
      List<Path> beside = siblings.stream().map(Path::of).toList();
      Trials.Trial trial =
          new Trials.Trial(
              RecipeReader.resolved(recipe, List.of(), kind, name), Path.of(folder), beside);
      Setup setup =
          new Setup(
              command,
              Device.CPU,
              threads,
              batchTokens,
              ProgressListener.NONE,
              interrupted,
              beside,
              ignoreMemory,
              WorkerGroup.ALONE,
              BatchRunners.HERE);
      return trial.isDone() || trial.carryOut(setup).status().equals("done");
    }
  }
}
