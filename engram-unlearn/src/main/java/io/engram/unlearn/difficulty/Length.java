package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choice;
import io.engram.model.text.TokenizedSample;

/** The number of labelled tokens, n: the baseline that any other score should beat. */
@Choice(value = "tokens", summary = "number of labelled tokens")
public record Length() implements DifficultyScore {
  @Override
  public String title() {
    return "length";
  }

  @Override
  public String unit() {
    return "tokens";
  }

  @Override
  public String about() {
    return """
    Length: labelled tokens of the answer. Large = hard to forget: there is more to undo.\
    """;
  }

  @Override
  public Direction direction() {
    return Direction.LARGE_IS_HARD;
  }

  @Override
  public Cost cost() {
    return new Cost(0, "nothing");
  }

  /** {@code 1/n}. */
  @Override
  public double ease(double value) {
    return 1 / value;
  }

  @Override
  public Measured measure(Scoring scoring) {
    double[] values = scoring.tokens().stream().mapToDouble(TokenizedSample::labels).toArray();
    return Measured.exact(this, scoring.tokens(), values);
  }
}
