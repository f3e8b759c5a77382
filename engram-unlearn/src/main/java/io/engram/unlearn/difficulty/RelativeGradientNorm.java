package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choice;
import java.util.Arrays;
import java.util.Set;

/** The norm of the gradient of the logarithm of a sample's mean loss: {@code ‖∇_θ L‖ / L}. */
@Choice(
    value = "relative_gradient_norm",
    summary = "norm of the gradient of the mean loss, divided by the loss")
public record RelativeGradientNorm() implements DifficultyScore {
  @Override
  public String title() {
    return "relative gradient norm";
  }

  @Override
  public String unit() {
    return "";
  }

  @Override
  public String about() {
    return """
    Relative gradient norm: of the mean loss, divided by that loss. Large = easy to forget.\
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
    return new Cost(4, "one pass and one backward pass");
  }

  @Override
  public Measured measure(Scoring scoring) {
    double[] values = GradientNorm.of(scoring);
    double[] losses = new LossMean().measure(scoring).values();
    Arrays.setAll(values, i -> values[i] / losses[i]);
    return Measured.exact(this, scoring.tokens(), values);
  }
}
