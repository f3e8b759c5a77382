package io.engram.core.sample;

import org.jspecify.annotations.Nullable;

/**
 * Which samples of each source.
 *
 * @param where a DuckDB condition over the fields, {@code id} among them: {@code length(answer) >
 *     40 and id::int < 100}; null: all
 * @param limit the first so many of them; 0 or less: all
 * @param setBy what the condition is called in messages: {@code --where}, {@code forget.where}
 */
public record SampleChoice(@Nullable String where, int limit, String setBy) {
  /** All samples. */
  public static final SampleChoice ALL = new SampleChoice(null, 0, "--where");

  boolean filters() {
    return where != null && !where.isBlank();
  }
}
