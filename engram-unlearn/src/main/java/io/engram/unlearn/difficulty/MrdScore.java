package io.engram.unlearn.difficulty;

import io.engram.core.settings.Setting;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import io.engram.unlearn.mrd.RelativeChange.Tokens;

/**
 * MRD itself, {@code MRD(x;θ) = | E_δ r(δ) |, δ ~ N(0, σ²I)}, by one of several estimators. All
 * have the same expectation; they differ in how many passes a given error costs.
 *
 * <p><b>Source:</b> Def. 3.1 Eq. 4, Alg. 1.
 */
public interface MrdScore extends DrawnScore.Relative {
  @Override
  @Setting(
      value = "outside",
      reason =
          "Where MRD takes the absolute value. outside: |E r|, as in Algorithm 1, which measures "
              + "curvature; inside: E |r|, which for small σ measures the norm of the gradient.")
  Absolute absolute();

  /** The same estimator for another variant of MRD, with another σ and number of draws. */
  MrdScore reading(double otherSigma, int otherDraws, Absolute where, Tokens over);

  @Override
  default String title() {
    return "MRD";
  }

  @Override
  default String about() {
    return """
    MRD (Memory Removal Difficulty): the relative change of a sample's token log-probabilities when Gaussian noise is added to all weights. Small = hard to forget.\
    """;
  }
}
