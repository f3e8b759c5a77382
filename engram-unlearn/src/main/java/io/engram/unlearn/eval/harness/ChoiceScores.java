package io.engram.unlearn.eval.harness;

import java.util.stream.IntStream;

/**
 * What is made of the log-probabilities of a document's choices.
 *
 * <p><b>Source:</b> lm-evaluation-harness, {@code ConfigurableTask.process_results}.
 */
final class ChoiceScores {
  private ChoiceScores() {}

  /**
   * {@code argmax_i ℓ_i}; the first of equal ones; one that is NaN is never taken, −1 if all are.
   */
  static int picked(double[] logProbs) {
    int best = -1;
    for (int i = 0; i < logProbs.length; i++) {
      if (!Double.isNaN(logProbs[i]) && (best < 0 || logProbs[i] > logProbs[best])) {
        best = i;
      }
    }
    return best;
  }

  /**
   * {@code argmax_i ℓ_i / n_i}.
   *
   * @param lengths n_i, code points of each choice by itself
   */
  static int pickedByLength(double[] logProbs, int[] lengths) {
    return picked(
        IntStream.range(0, lengths.length).mapToDouble(i -> logProbs[i] / lengths[i]).toArray());
  }

  /**
   * {@code Σ_{i true} e^ℓ_i / Σ_i e^ℓ_i}: the share that the true choices have of the probability
   * of all.
   *
   * <p><b>Differs:</b> the largest ℓ is taken out first, so that choices of hundreds of nats aren't
   * 0/0.
   */
  static double trueMass(double[] logProbs, boolean[] isTrue) {
    int best = picked(logProbs);
    if (best < 0) {
      return Double.NaN;
    }
    double all = 0;
    double right = 0;
    for (int i = 0; i < logProbs.length; i++) {
      double mass = Math.exp(logProbs[i] - logProbs[best]);
      all += mass;
      right += isTrue[i] ? mass : 0;
    }
    return right / all;
  }
}
