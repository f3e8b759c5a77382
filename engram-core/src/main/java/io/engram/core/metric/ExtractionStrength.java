package io.engram.core.metric;

/**
 * How much of an answer the model completes by itself when given the beginning: {@code 1 − k/n},
 * with k the smallest number of answer tokens after which every next token is the model's first
 * choice.
 *
 * <p><b>Source:</b> Carlini et al.: Extracting training data from large language models (2021), as
 * open-unlearning computes it. The prefix is never all of the answer: k is at most n − 1.
 */
public final class ExtractionStrength {
  private ExtractionStrength() {}

  /**
   * ES of one answer.
   *
   * @param firstChoice for each answer token except the end token, whether it is the model's first
   *     choice after the true tokens before it, {@code [n]}
   * @return in [1/n, 1]; 1/n also if not even the last token is the first choice, so an answer of
   *     one token always gives 1; 0 if there are no tokens
   */
  public static double of(boolean[] firstChoice) {
    int n = firstChoice.length;
    if (n == 0) {
      return 0;
    }
    int k = n - 1;
    while (firstChoice[k] && k > 0 && firstChoice[k - 1]) {
      k--;
    }
    return 1 - (double) k / n;
  }
}
