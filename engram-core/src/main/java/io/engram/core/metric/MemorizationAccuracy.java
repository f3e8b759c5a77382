package io.engram.core.metric;

/**
 * How much of a text a model would write next, token by token, given the true text before: {@code
 * MA = (1/(T−1)) Σ_{t=1}^{T−1} 1[argmax p(·|x_<t) = x_t]}.
 *
 * <p>Over the tokens of an answer alone, its end token left out, this is the exact memorization
 * (EM) of open-unlearning.
 *
 * <p><b>Source:</b> App. C.4; Tirumala et al.: Memorization without overfitting (2022).
 */
public final class MemorizationAccuracy {
  private MemorizationAccuracy() {}

  /**
   * MA of one text, or EM of one answer.
   *
   * @param isArgmax by place, whether the model's first choice is the text's own token; {@code
   *     [T−1]}
   * @return in [0, 1]; NaN of no places
   */
  public static double of(boolean[] isArgmax) {
    int hits = 0;
    for (boolean hit : isArgmax) {
      hits += hit ? 1 : 0;
    }
    return (double) hits / isArgmax.length;
  }
}
