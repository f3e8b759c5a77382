package io.engram.core.metric;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * ROUGE-L: the longest common subsequence of two texts' words. Gives the same numbers as the Python
 * package rouge-score 0.1.2.
 *
 * <p><b>Source:</b> Lin: ROUGE, a package for automatic evaluation of summaries (2004).
 */
public final class RougeL {
  /**
   * All in [0, 1].
   *
   * @param precision {@code LCS / words of the prediction}
   * @param recall {@code LCS / words of the reference}
   * @param f1 {@code 2PR / (P + R)}, 0 if both are 0
   */
  public record Score(double precision, double recall, double f1) {}

  private static final Pattern NOT_A_WORD = Pattern.compile("[^a-z0-9]+");

  /** Shorter words are not stemmed: rouge-score's choice, not Porter's. */
  private static final int SHORTEST_STEMMED = 4;

  private RougeL() {}

  /**
   * Compares two texts. All scores are 0 if one of the texts has no words.
   *
   * @param stem whether to reduce words to their stems first (TOFU: yes; MUSE: no)
   */
  public static Score score(String prediction, String reference, boolean stem) {
    List<String> predicted = words(prediction, stem);
    List<String> expected = words(reference, stem);
    if (predicted.isEmpty() || expected.isEmpty()) {
      return new Score(0, 0, 0);
    }
    int common = longestCommonSubsequence(predicted, expected);
    double precision = (double) common / predicted.size();
    double recall = (double) common / expected.size();
    double sum = precision + recall;
    return new Score(precision, recall, sum > 0 ? 2 * precision * recall / sum : 0);
  }

  static List<String> words(String text, boolean stem) {
    return Arrays.stream(NOT_A_WORD.split(text.toLowerCase(Locale.ROOT)))
        .filter(word -> !word.isEmpty())
        .map(word -> stem && word.length() >= SHORTEST_STEMMED ? PorterStem.of(word) : word)
        .toList();
  }

  private static int longestCommonSubsequence(List<String> a, List<String> b) {
    int[] above = new int[b.size() + 1];
    for (String word : a) {
      int[] row = new int[b.size() + 1];
      for (int j = 1; j <= b.size(); j++) {
        row[j] = word.equals(b.get(j - 1)) ? above[j - 1] + 1 : Math.max(above[j], row[j - 1]);
      }
      above = row;
    }
    return above[b.size()];
  }
}
