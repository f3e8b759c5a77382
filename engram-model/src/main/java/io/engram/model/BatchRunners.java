package io.engram.model;

import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;

/**
 * Starts a place where passes over many samples are computed; modules that have one provide it by
 * {@link ServiceLoader}.
 */
public interface BatchRunners {
  /**
   * Tokens up to which batches that share an effort are computed at once: their states between two
   * layers stay in memory.
   */
  int SHARED_TOKENS = 65_536;

  /** This process: models compute their own passes. */
  Place HERE =
      new Place() {
        @Override
        public boolean isHere() {
          return true;
        }

        @Override
        public void attach(LanguageModel model) {}

        @Override
        public void close() {}
      };

  /** Where passes are computed, for as many models as are attached to it. */
  interface Place extends AutoCloseable {
    /** Whether it is this process. */
    default boolean isHere() {
      return false;
    }

    /**
     * Lets the model's passes over many samples be computed there, until the model or this place is
     * closed. Its weights must stay those that were opened.
     */
    void attach(LanguageModel model);

    @Override
    void close();
  }

  /**
   * What is to be started.
   *
   * @param master where it runs, in its own words: {@code local[2]}, {@code spark://host:7077}
   * @param settings its own settings
   * @param sends whether to send the model's files to where it computes
   * @param gpus whether passes are computed on GPUs, one for each piece that is computed at a time
   * @param nativeBytes the memory outside of the Java heap that a process needs which computes so
   *     many pieces at a time
   * @param messages receives what a user should know
   */
  record Request(
      String master,
      Map<String, String> settings,
      boolean sends,
      boolean gpus,
      IntToLongFunction nativeBytes,
      Consumer<String> messages) {}

  /**
   * Starts it; the caller closes it.
   *
   * @throws io.engram.core.EngramException if it can't be started
   */
  Place start(Request request);

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
