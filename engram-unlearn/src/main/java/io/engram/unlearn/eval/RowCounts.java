package io.engram.unlearn.eval;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/**
 * Counts, for a note to the reader of the numbers, the rows of each set that have some property.
 */
public final class RowCounts {
  private final List<String> counts = new ArrayList<>();

  /**
   * Counts rows of a set; a set without any isn't named.
   *
   * @return this
   */
  public <T> RowCounts count(String set, Collection<T> rows, Predicate<? super T> holds) {
    long count = rows.stream().filter(holds).count();
    if (count > 0) {
      counts.add("%s %d of %d".formatted(set, count, rows.size()));
    }
    return this;
  }

  /**
   * {@code WHAT: forget 2 of 40, retain 1 of 400}.
   *
   * @return empty if no row has the property
   */
  public List<String> note(String what) {
    return counts.isEmpty() ? List.of() : List.of(what + ": " + this);
  }

  /** {@code forget 2 of 40, retain 1 of 400}; empty if no row has the property. */
  @Override
  public String toString() {
    return String.join(", ", counts);
  }
}
