package io.engram.unlearn.characteristic;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Measure of Textual Lexical Diversity: how many words a text goes on, on average, before it
 * repeats itself so much that its type-token ratio is down to 0.72.
 *
 * <p>{@code MTLD = (n/F→ + n/F← )/2}. F counts factors: words are read until types/tokens ≤ 0.72,
 * which makes one factor, and the count of types and tokens begins anew; what is left at the end,
 * with ratio ρ, is {@code (1 − ρ)/(1 − 0.72)} of a factor. F→ reads forward, F← backward.
 *
 * <p><b>Source:</b> McCarthy and Jarvis: MTLD, vocd-D, and HD-D (2010). <b>Differs:</b> a text with
 * no word twice has F = 0 and here MTLD = +∞, the limit of the formula; the Python package
 * lexicalrichness gives n, which would place the most diverse texts among the least. Below about
 * 100 words, so for most question-answer samples, the remainder decides: use the order, not the
 * amount.
 */
public final class Mtld {
  /** The ratio at which a factor ends; McCarthy and Jarvis find 0.66 to 0.75 to do. */
  static final double FACTOR_RATIO = 0.72;

  private Mtld() {}

  /**
   * MTLD of a text.
   *
   * @return words, above 0; +∞ where no word comes twice, NaN of no words
   */
  public static double of(String text) {
    return of(Words.of(text));
  }

  static double of(List<String> words) {
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
}
