package io.engram.bench.compare;

import java.util.Map;

/** A task that is measured again and again on one open model. */
interface Task extends AutoCloseable {
  /**
   * Does it once.
   *
   * @param warmUp the reading is thrown away; a long task may do a part
   */
  Reading measure(boolean warmUp);

  /** Nothing to close, unless the task says otherwise. */
  @Override
  default void close() {}

  /**
   * One measurement of a task.
   *
   * @param seconds wall clock
   * @param tokens that the task is about: scored, trained on or written
   * @param more what else the task tells, by name
   */
  record Reading(double seconds, long tokens, Map<String, Object> more) {
    /** Seconds since {@code start}, of {@link System#nanoTime}. */
    static double since(long start) {
      return (System.nanoTime() - start) / 1e9;
    }
  }
}
