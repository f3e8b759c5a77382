package io.engram.core.study;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks that a part of a study is there: Jackson leaves a missing one null. */
final class Given {
  private Given() {}

  static String text(@Nullable String text, String of, String name) {
    if (text == null || text.isBlank()) {
      throw new IllegalArgumentException(of + " has no " + name);
    }
    return text;
  }

  /** A copy; {@code []} has to be written where there is none, so that nothing is forgotten. */
  static <T> List<T> list(@Nullable List<T> list, String of, String name) {
    if (list == null || list.stream().anyMatch(value -> value == null)) {
      throw new IllegalArgumentException(
          of + " has no " + name + (list == null ? "" : " without a null in it"));
    }
    return List.copyOf(list);
  }

  /** Empty where it is missing. */
  static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
