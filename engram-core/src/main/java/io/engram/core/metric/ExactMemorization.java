package io.engram.core.metric;

/**
 * The share of an answer's tokens that are the model's first choice after the true tokens before
 * them.
 *
 * <p><b>Source:</b> Tirumala et al.: Memorization without overfitting (2022), as open-unlearning
 * computes it. With every token of a text but the first this is the paper's MA.
 */
public final class ExactMemorization {
  private ExactMemorization() {}

  /**
   * EM of one answer.
   *
   * @param firstChoice whether each answer token, the end token left out, is the first choice
   * @return in [0, 1]; NaN of no tokens
   */
  public static double of(boolean[] firstChoice) {
    int hits = 0;
    for (boolean hit : firstChoice) {
      hits += hit ? 1 : 0;
    }
    return (double) hits / firstChoice.length;
  }
}
