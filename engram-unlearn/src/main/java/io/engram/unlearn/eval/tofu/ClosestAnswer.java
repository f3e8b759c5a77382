package io.engram.unlearn.eval.tofu;

import java.util.List;

/** Which of several answers an output is nearest to, by the cosine of their vectors. */
public final class ClosestAnswer {
  private ClosestAnswer() {}

  /**
   * {@code argmax_c cos(output, candidate_c)}; the first of equal ones, so that with the right
   * answer first a tie counts as right.
   *
   * @param candidates at least one
   * @return its index
   */
  public static int of(float[] output, List<float[]> candidates) {
    int best = 0;
    double nearest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < candidates.size(); c++) {
      double cosine = cosine(output, candidates.get(c));
      if (cosine > nearest) {
        nearest = cosine;
        best = c;
      }
    }
    return best;
  }

  /** {@code a·b / (‖a‖ ‖b‖)}, in [-1, 1]; 0 where a vector is 0. */
  static double cosine(float[] a, float[] b) {
    double product = 0;
    double squaresA = 0;
    double squaresB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      squaresA += (double) a[i] * a[i];
      squaresB += (double) b[i] * b[i];
    }
    double norms = Math.sqrt(squaresA) * Math.sqrt(squaresB);
    return norms == 0 ? 0 : product / norms;
  }
}
