package io.engram.spark;

import io.engram.core.EngramException;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The results of a task, or why there are none. What a user must mend comes back as an answer: a
 * task that throws would be tried again elsewhere, to fail there in the same way. Everything else
 * is thrown, and Spark tries again.
 *
 * @param results in the order of what the task was given
 * @param fault null: computed
 */
record Answer<T extends Serializable>(
    List<T> results, EngramException.@Nullable Kind fault, String message) implements Serializable {
  static <T extends Serializable> Answer<T> of(List<T> results) {
    return new Answer<>(List.copyOf(results), null, "");
  }

  static <T extends Serializable> Answer<T> of(EngramException fault) {
    return new Answer<>(List.of(), fault.kind(), String.valueOf(fault.getMessage()));
  }

  /**
   * The results.
   *
   * @throws EngramException what was thrown on the executor
   */
  List<T> require() {
    if (fault != null) {
      throw switch (fault) {
        case USAGE -> EngramException.usage(message);
        case FILE -> EngramException.file(message);
        case RESOURCES -> EngramException.resources(message, null);
      };
    }
    return results;
  }
}
