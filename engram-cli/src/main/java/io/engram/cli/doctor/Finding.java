package io.engram.cli.doctor;

import org.jspecify.annotations.Nullable;

/**
 * One thing looked at.
 *
 * @param name what it is
 * @param value what was found
 * @param advice what to change; null: nothing
 * @param blocking whether Engram can't compute until it's changed
 */
public record Finding(String name, String value, @Nullable String advice, boolean blocking) {
  static Finding good(String name, String value) {
    return new Finding(name, value, null, false);
  }

  static Finding better(String name, String value, String advice) {
    return new Finding(name, value, advice, false);
  }
}
