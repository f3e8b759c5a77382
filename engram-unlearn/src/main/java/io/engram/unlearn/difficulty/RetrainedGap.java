package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choice;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * How much more likely a sample is than under a model that never saw it, in nats per token: the
 * loss there minus the loss here. This is what unlearning has to undo.
 */
@Choice(
    value = "retrained_gap",
    summary = "how much more likely than under a retrained model; engram mrd only")
public record RetrainedGap() implements DifficultyScore {
  @Override
  public String title() {
    return "gap to the retrained model";
  }

  @Override
  public String unit() {
    return "nats";
  }

  @Override
  public String about() {
    return """
    Gap to the retrained model: how much more likely a token of the sample is than under a model that never
    saw it. Large = hard to forget.\
    """;
  }

  @Override
  public Direction direction() {
    return Direction.LARGE_IS_HARD;
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.RETRAINED_MODEL);
  }

  @Override
  public Cost cost() {
    return new Cost(1, "one pass, and one with the retrained model");
  }

  /** {@code e^−gap, the ratio of the probabilities}. */
  @Override
  public double ease(double value) {
    return Math.exp(-value);
  }

  @Override
  public Measured measure(Scoring scoring) {
    double[] losses = new LossMean().measure(scoring).values();
    try (LanguageModel other = scoring.openRetrained(this)) {
      List<double[]> found = new Scorer(other).logProbs(scoring.tokens(), scoring.progress());
      double[] values = new double[losses.length];
      Arrays.setAll(values, i -> -Arrays.stream(found.get(i)).average().orElseThrow() - losses[i]);
      return Measured.exact(this, scoring.tokens(), values);
    }
  }
}
