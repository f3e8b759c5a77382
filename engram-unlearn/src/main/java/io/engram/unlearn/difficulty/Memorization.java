package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choice;

/**
 * MA under the current model: the share of labelled tokens that are the model's first choice, in
 * [0, 1]. The end token counts here.
 */
@Choice(
    value = "memorization_accuracy",
    summary = "share of tokens that are the model's first choice")
public record Memorization() implements DifficultyScore {
  @Override
  public String title() {
    return "memorization accuracy";
  }

  @Override
  public String unit() {
    return "";
  }

  @Override
  public String about() {
    return """
    Memorization accuracy: the share of the answer's tokens that are the model's first choice. Large = hard
    to forget.\
    """;
  }

  @Override
  public Direction direction() {
    return Direction.LARGE_IS_HARD;
  }

  @Override
  public Cost cost() {
    return new Cost(1, "one pass");
  }

  /** {@code 1 − MA}. */
  @Override
  public double ease(double value) {
    return 1 - value;
  }

  @Override
  public Measured measure(Scoring scoring) {
    double[] values = scoring.scores().stream().mapToDouble(one -> share(one.isArgmax())).toArray();
    return Measured.exact(this, scoring.tokens(), values);
  }

  private static double share(boolean[] hits) {
    int count = 0;
    for (boolean hit : hits) {
      count += hit ? 1 : 0;
    }
    return (double) count / hits.length;
  }
}
