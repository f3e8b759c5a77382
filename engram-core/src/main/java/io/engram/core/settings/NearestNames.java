package io.engram.core.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Finds the known names that a misspelt name was most likely meant to be. */
public final class NearestNames {
  /** A name in a file may be of any length; more letters bring it no nearer to another. */
  private static final int LONGEST = 100;

  private NearestNames() {}

  /** The known names with the smallest edit distance, nearest first. */
  public static List<String> of(String name, Collection<String> known, int most) {
    return known.stream()
        .sorted(
            Comparator.comparingInt((String each) -> edits(name, each))
                .thenComparing(Comparator.naturalOrder()))
        .limit(most)
        .toList();
  }

  /**
   * Levenshtein's distance of the names' first 100 letters: the fewest to insert, delete or
   * replace.
   */
  static int edits(String one, String other) {
    String a = one.substring(0, Math.min(one.length(), LONGEST));
    String b = other.substring(0, Math.min(other.length(), LONGEST));
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length()];
  }
}
