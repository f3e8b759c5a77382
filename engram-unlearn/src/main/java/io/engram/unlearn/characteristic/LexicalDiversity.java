package io.engram.unlearn.characteristic;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How diverse a text's words are, by two measures that let texts of different lengths compare.
 *
 * <p><b>Source:</b> MTLD: McCarthy and Jarvis: MTLD, vocd-D, and HD-D (2010). HD-D: McCarthy and
 * Jarvis: vocd, a theoretical and empirical evaluation (2007). <b>Differs:</b> a text with no word
 * twice has F = 0 and here MTLD = +∞, the limit of the formula; the Python package lexicalrichness
 * gives n, which would place the most diverse texts among the least.
 */
public final class LexicalDiversity {
  /** The ratio at which a factor of MTLD ends; McCarthy and Jarvis find 0.66 to 0.75 to do. */
  private static final double FACTOR_RATIO = 0.72;

  /** Words that HD-D draws. */
  private static final int DRAWS = 42;

  private LexicalDiversity() {}

  /**
   * Measure of Textual Lexical Diversity: how many words a text goes on, on average, before it
   * repeats itself so much that its type-token ratio is down to 0.72.
   *
   * <p>{@code MTLD = (n/F→ + n/F← )/2}. F counts factors: words are read until types/tokens ≤ 0.72,
   * which makes one factor, and the count of types and tokens begins anew; what is left at the end,
   * with ratio ρ, is {@code (1 − ρ)/(1 − 0.72)} of a factor. F→ reads forward, F← backward.
   *
   * <p>Below about 100 words, so for most question-answer samples, the remainder decides: use the
   * order, not the amount.
   *
   * @return words, above 0; +∞ where no word comes twice, NaN of no words
   */
  public static double mtld(String text) {
    List<String> words = Words.of(text);
    if (words.isEmpty()) {
      return Double.NaN;
    }
    List<String> backward = new ArrayList<>(words);
    Collections.reverse(backward);
    return (words.size() / factors(words) + words.size() / factors(backward)) / 2;
  }

  private static double factors(List<String> words) {
    Set<String> types = new HashSet<>();
    int tokens = 0;
    double factors = 0;
    for (String word : words) {
      types.add(word);
      tokens++;
      if ((double) types.size() / tokens <= FACTOR_RATIO) {
        factors++;
        types.clear();
        tokens = 0;
      }
    }
    double ratio = tokens == 0 ? 1 : (double) types.size() / tokens;
    return factors + (1 - ratio) / (1 - FACTOR_RATIO);
  }

  /**
   * Hypergeometric distribution diversity: the type-token ratio to expect of 42 words drawn from
   * the text.
   *
   * <p>{@code HD-D = (1/42) Σ_types (1 − C(n − f, 42)/C(n, 42))}, f how often the type comes in the
   * n words: the chance that a draw without replacement has it.
   *
   * @return in (0, 1]; NaN of fewer than 42 words, from which 42 can't be drawn
   */
  public static double hdD(String text) {
    List<String> words = Words.of(text);
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
