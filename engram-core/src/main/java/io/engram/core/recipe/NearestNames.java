package io.engram.core.recipe;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Which names may have been meant by one that there isn't. */
public final class NearestNames {
  private NearestNames() {}

  /** The names that take the fewest letters to change, nearest first. */
  public static List<String> of(String name, Collection<String> known, int most) {
    return known.stream()
        .sorted(
            Comparator.comparingInt((String each) -> EditDistance.of(name, each))
                .thenComparing(Comparator.naturalOrder()))
        .limit(most)
        .toList();
  }
}
