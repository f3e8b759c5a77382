package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choice;
import java.util.Arrays;

/** The loss of the whole answer, {@code −Σ_t ℓ_t}, which grows with its length. */
@Choice(value = "loss_sum", summary = "loss of the whole answer")
public record LossSum() implements DifficultyScore {
  @Override
  public String title() {
    return "summed loss";
  }

  @Override
  public String unit() {
    return "nats";
  }

  @Override
  public String about() {
    return """
    Summed loss: −log p of the whole answer under the current model. Large = easy to forget.\
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
            .mapToDouble(one -> -Arrays.stream(one.logProbs()).sum())
            .toArray();
    return Measured.exact(this, scoring.tokens(), values);
  }
}
