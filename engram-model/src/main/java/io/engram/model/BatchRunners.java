package io.engram.model;

import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;

/** Starts a {@link BatchRunner}; modules that have one provide it by {@link ServiceLoader}. */
public interface BatchRunners {
  /**
   * Tokens up to which batches that share an effort are computed at once: their states between two
   * layers stay in memory.
   */
  int SHARED_TOKENS = 65_536;

  /**
   * What the runner is for.
   *
   * @param master where it runs, in its own words: {@code local[2]}, {@code spark://host:7077}
   * @param settings its own settings
   * @param model of this process; borrowed
   * @param nativeBytes the memory outside of the Java heap that a process needs which computes so
   *     many pieces at a time
   * @param messages receives what a user should know
   */
  record Request(
      String master,
      Map<String, String> settings,
      LanguageModel model,
      IntToLongFunction nativeBytes,
      Consumer<String> messages) {}

  /**
   * Starts it; the caller closes it.
   *
   * @throws io.engram.core.EngramException if it can't be started
   */
  BatchRunner start(Request request);

  /** The one on the class path, with the libraries that it needs; empty if there is none. */
  static Optional<BatchRunners> find() {
    try {
      return ServiceLoader.load(BatchRunners.class, BatchRunners.class.getClassLoader())
          .findFirst();
    } catch (ServiceConfigurationError | LinkageError e) {
      return Optional.empty();
    }
  }
}
