package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choice;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.memorization.MemorizationScores;
import java.util.List;
import java.util.Set;

/**
 * EL_10 under the current model, in [0, 1]; NaN if the answer has too few tokens to continue with
 * ten.
 */
@Choice(
    value = "extraction_likelihood",
    summary = "how much of the answer the model reproduces (EL), slow")
public record Extraction() implements DifficultyScore {
  @Override
  public String title() {
    return "extraction likelihood";
  }

  @Override
  public String unit() {
    return "";
  }

  @Override
  public String about() {
    return """
    Extraction likelihood: how much of the answer the model reproduces when it continues from each position in it (n-grams of ten tokens). Large = hard to forget. Shorter answers have no value.\
    """;
  }

  @Override
  public Direction direction() {
    return Direction.LARGE_IS_HARD;
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.GENERATION);
  }

  @Override
  public Cost cost() {
    return new Cost(20, "text generated from every position in the answers");
  }

  /** {@code 1 − EL}. */
  @Override
  public double ease(double value) {
    return 1 - value;
  }

  @Override
  public Measured measure(Scoring scoring) {
    List<TokenizedSample> samples = scoring.tokens();
    scoring.progress().start("EL, from every position in the answers", samples.size(), "samples");
    double[] values =
        new MemorizationScores(scoring.model()).extraction(samples, scoring.progress());
    scoring.progress().finish();
    return Measured.exact(this, samples, values);
  }
}
