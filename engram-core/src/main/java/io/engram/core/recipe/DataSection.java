package io.engram.core.recipe;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * {@code forget}, {@code retain} and {@code train}: where samples come from.
 *
 * @param data {@code tofu:SPLIT} or files, joined in this order; empty: absent
 */
public record DataSection(List<String> data) {
  /** No data. */
  public static final DataSection NONE = new DataSection(List.of());

  /** Copies the list. */
  public DataSection {
    data = List.copyOf(data);
  }

  /** Whether the section names nothing. */
  @JsonIgnore
  public boolean isEmpty() {
    return data.isEmpty();
  }
}
