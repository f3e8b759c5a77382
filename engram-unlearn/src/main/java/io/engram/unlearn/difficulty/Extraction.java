package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choice;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.memorization.MemorizationScores;
import java.util.List;
import java.util.Set;

/** EL_10 as it is now, in [0, 1]; NaN where the answer has fewer than ten tokens to go on to. */
@Choice(value = "extraction_likelihood", summary = "how much of the answer comes back (EL), slow")
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
    Extraction likelihood: how much of the answer comes back when the model goes on from each place in it
    (n-grams of ten tokens). Large = hard to forget. Answers shorter than that have none.\
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
    return new Cost(20, "text generated from every place in the answers");
  }

  /** {@code 1 − EL}. */
  @Override
  public double ease(double value) {
    return 1 - value;
  }

  @Override
  public Measured measure(Scoring scoring) {
    List<TokenizedSample> samples = scoring.tokens();
    scoring.progress().start("EL, from every place in the answers", samples.size(), "samples");
    double[] values =
        new MemorizationScores(scoring.model()).extraction(samples, scoring.progress());
    scoring.progress().finish();
    return Measured.exact(this, samples, values);
  }
}
