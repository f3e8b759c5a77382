package io.engram.unlearn.difficulty;

import io.engram.core.settings.Setting;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import io.engram.unlearn.mrd.RelativeChange.Tokens;

/**
 * MRD itself, {@code MRD(x;θ) = | E_δ r(δ) |, δ ~ N(0, σ²I)}, by one way to estimate it. All have
 * the same expectation; they differ in how many passes an error costs.
 *
 * <p><b>Source:</b> Def. 3.1 Eq. 4, Alg. 1.
 */
public interface MrdScore extends DrawnScore.Relative {
  @Override
  @Setting(
      value = "outside",
      reason =
          "outside: |E r|, as Algorithm 1 says, a measure of curvature; inside: E |r|, for small σ"
              + " the gradient's norm.")
  Absolute absolute();

  /** The same estimator with another reading of MRD, and another σ and number of draws. */
  MrdScore reading(double otherSigma, int otherDraws, Absolute where, Tokens over);

  @Override
  default String title() {
    return "MRD";
  }

  @Override
  default String about() {
    return """
    MRD (Memory Removal Difficulty): how far the log-probabilities of a sample's tokens move,
    relative to themselves, when Gaussian noise is added to all weights. Small = hard to forget.\
    """;
  }
}
