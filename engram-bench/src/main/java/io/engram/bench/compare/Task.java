package io.engram.bench.compare;

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
}
