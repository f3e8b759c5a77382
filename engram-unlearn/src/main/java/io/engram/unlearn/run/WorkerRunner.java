package io.engram.unlearn.run;

import io.engram.model.group.WorkerGroup;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;

/**
 * Starts the workers of a group on other machines; this process leads them. All must see the model,
 * the data and the run folder under the same paths. Modules that have a runner provide it by {@link
 * ServiceLoader}.
 */
public interface WorkerRunner {
  /**
   * What is to be started.
   *
   * @param master where they run, in its own words: {@code local[2]}, {@code spark://host:7077}
   * @param settings its own settings
   * @param nativeBytes the memory outside of the Java heap that a process with so many workers
   *     needs
   * @param messages receives what a user should know
   * @param size number of workers, this process among them
   * @param sharesState whether they share the optimizer's state
   * @param command the command line
   * @param batchTokens maximum tokens in a forward pass
   */
  record Request(
      String master,
      Map<String, String> settings,
      IntToLongFunction nativeBytes,
      Consumer<String> messages,
      int size,
      boolean sharesState,
      String command,
      int batchTokens) {}

  /**
   * Starts them and waits until all have joined; the caller closes it.
   *
   * @throws io.engram.core.EngramException if they can't be started
   */
  Running start(Request request);

  /** A group at work. */
  interface Running extends AutoCloseable {
    /** The group, which this process leads. */
    WorkerGroup group();

    /** Dismisses the others. */
    @Override
    void close();
  }

  /** The one on the class path, with the libraries that it needs; empty if there is none. */
  static Optional<WorkerRunner> find() {
    try {
      return ServiceLoader.load(WorkerRunner.class, WorkerRunner.class.getClassLoader())
          .findFirst();
    } catch (ServiceConfigurationError | LinkageError e) {
      return Optional.empty();
    }
  }
}
