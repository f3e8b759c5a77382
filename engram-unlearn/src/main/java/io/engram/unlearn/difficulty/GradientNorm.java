package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choice;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import java.util.Arrays;
import java.util.Set;

/**
 * The norm of the gradient of a sample's mean loss: {@code ‖∇_θ L‖} over all parameters, L = −(1/n)
 * Σ_t ℓ_t.
 */
@Choice(value = "gradient_norm", summary = "norm of the gradient of the mean loss")
public record GradientNorm() implements DifficultyScore {
  @Override
  public String title() {
    return "gradient norm";
  }

  @Override
  public String unit() {
    return "";
  }

  @Override
  public String about() {
    return """
    Gradient norm: of the mean loss, over all weights. Large = easy to forget: a step changes more.\
    """;
  }

  @Override
  public Direction direction() {
    return Direction.LARGE_IS_EASY;
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.GRADIENTS);
  }

  @Override
  public Cost cost() {
    return new Cost(3, "one backward pass");
  }

  @Override
  public Measured measure(Scoring scoring) {
    return Measured.exact(this, scoring.tokens(), of(scoring));
  }

  /** {@code ‖∇_θ L‖} of each sample. */
  static double[] of(Scoring scoring) {
    double[] squares =
        scoring
            .scorer(Scope.ANSWER)
            .squaredNorms(
                (sample, logProbs) -> {
                  double[] equal = new double[logProbs.length];
                  Arrays.fill(equal, 1.0 / logProbs.length);
                  return equal;
                });
    return Arrays.stream(squares).map(Math::sqrt).toArray();
  }
}
