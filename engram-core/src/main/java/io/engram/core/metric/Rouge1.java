package io.engram.core.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * ROUGE-1: the words that two texts share, in any order. Gives the same numbers as the Python
 * package rouge-score 0.1.2.
 *
 * <p><b>Source:</b> Lin: ROUGE, a package for automatic evaluation of summaries (2004).
 */
public final class Rouge1 {
  private Rouge1() {}

  /**
   * {@code Σ_w min(count in prediction, count in reference) / words of the reference}.
   *
   * @param stem whether to reduce words to their stems first
   * @return in [0, 1]; 0 if one of the texts has no words
   */
  public static double recall(String prediction, String reference, boolean stem) {
    Map<String, Integer> left = new HashMap<>();
    RougeL.words(prediction, stem).forEach(word -> left.merge(word, 1, Integer::sum));
    List<String> expected = RougeL.words(reference, stem);
    int common = 0;
    for (String word : expected) {
      int available = left.getOrDefault(word, 0);
      common += available > 0 ? 1 : 0;
      left.put(word, available - 1);
    }
    return expected.isEmpty() ? 0 : (double) common / expected.size();
  }
}
