package io.engram.unlearn.difficulty;

import io.engram.core.metric.MinK;
import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;

/**
 * The mean loss of a sample's least likely tokens, Min-K%: how unsure the model is where it is
 * unsure most. A sample known by heart has none such; a half-learned one is betrayed by them.
 *
 * <p><b>Source:</b> not in the paper; Shi et al. 2024 ({@link MinK#answerScore}).
 *
 * @param share k, the part of the labelled tokens that counts, at least one token
 */
@Choice(value = "min_k", summary = "mean loss of the least likely tokens")
public record LeastLikely(
    @Setting(
            value = "0.2",
            range = "(0, 1]",
            unit = "ratio",
            reason = "k: this share of a sample's tokens counts, the least likely ones. 1: all.")
        double share)
    implements DifficultyScore {
  @Override
  public String title() {
    return "loss of the least likely tokens";
  }

  @Override
  public String unit() {
    return "nats";
  }

  @Override
  public String about() {
    return """
    Min-K%: mean loss of the least likely tokens of the answer. Large = easy to forget: parts of it are hardly
    known.\
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
            .mapToDouble(one -> MinK.answerScore(one.logProbs(), share))
            .toArray();
    return Measured.exact(this, scoring.tokens(), values);
  }
}
