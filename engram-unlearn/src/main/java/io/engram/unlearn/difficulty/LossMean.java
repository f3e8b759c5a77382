package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choice;
import java.util.Arrays;

/**
 * The mean loss, {@code −(1/n) Σ_t ℓ_t}: its negative is the mean log-probability.
 *
 * <p><b>Source:</b> §4.2, "initial generation probability".
 */
@Choice(value = "loss_mean", summary = "mean loss per token")
public record LossMean() implements DifficultyScore {
  @Override
  public String title() {
    return "mean loss";
  }

  @Override
  public String unit() {
    return "nats";
  }

  @Override
  public String about() {
    return """
    Mean loss: −log p per token of the answer under the current model. Large = easy to forget: there is less to undo.\
    """;
  }

  @Override
  public Direction direction() {
    return Direction.LARGE_IS_EASY;
  }

  @Override
  public Cost cost() {
    return new Cost(1, "one pass");
  }

  @Override
  public Measured measure(Scoring scoring) {
    double[] values =
        scoring.scores().stream()
            .mapToDouble(one -> -Arrays.stream(one.logProbs()).average().orElseThrow())
            .toArray();
    return Measured.exact(this, scoring.tokens(), values);
  }
}
