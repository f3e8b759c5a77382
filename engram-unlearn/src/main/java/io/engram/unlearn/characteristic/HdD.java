package io.engram.unlearn.characteristic;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Hypergeometric distribution diversity: the type-token ratio to expect of 42 words drawn from the
 * text, so that texts of different lengths compare.
 *
 * <p>{@code HD-D = (1/42) Σ_types (1 − C(n − f, 42)/C(n, 42))}, f how often the type comes in the n
 * words: the chance that a draw without replacement has it.
 *
 * <p><b>Source:</b> McCarthy and Jarvis: vocd, a theoretical and empirical evaluation (2007).
 */
public final class HdD {
  static final int DRAWS = 42;

  private HdD() {}

  /**
   * HD-D of a text.
   *
   * @return in (0, 1]; NaN of fewer than 42 words, from which 42 can't be drawn
   */
  public static double of(String text) {
    return of(Words.of(text));
  }

  static double of(List<String> words) {
    if (words.size() < DRAWS) {
      return Double.NaN;
    }
    Map<String, Integer> frequencies = new HashMap<>();
    words.forEach(word -> frequencies.merge(word, 1, Integer::sum));
    double expectedTypes = 0;
    for (int frequency : frequencies.values()) {
      expectedTypes += 1 - chanceOfNone(words.size(), frequency);
    }
    return expectedTypes / DRAWS;
  }

  /** {@code C(n − f, d)/C(n, d) = Π_{i<f} (n − d − i)/(n − i)}. */
  private static double chanceOfNone(int n, int frequency) {
    double chance = 1;
    for (int i = 0; i < frequency; i++) {
      chance *= (double) Math.max(0, n - DRAWS - i) / (n - i);
    }
    return chance;
  }
}
