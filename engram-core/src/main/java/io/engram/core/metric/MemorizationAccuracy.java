package io.engram.core.metric;

/**
 * How many tokens of a text the model predicts, each given the true text before it: {@code MA =
 * (1/(T−1)) Σ_{t=1}^{T−1} 1[argmax p(·|x_<t) = x_t]}.
 *
 * <p>Over the tokens of an answer without its end token, this is the exact memorization (EM) of
 * open-unlearning.
 *
 * <p><b>Source:</b> App. C.4; Tirumala et al.: Memorization without overfitting (2022).
 */
public final class MemorizationAccuracy {
  private MemorizationAccuracy() {}

  /**
   * MA of one text, or EM of one answer.
   *
   * @param isArgmax for each position, whether the model's first choice is the true token; {@code
   *     [T−1]}
   * @return in [0, 1]; NaN if there are no positions
   */
  public static double of(boolean[] isArgmax) {
    int hits = 0;
    for (boolean hit : isArgmax) {
      hits += hit ? 1 : 0;
    }
    return (double) hits / isArgmax.length;
  }
}
