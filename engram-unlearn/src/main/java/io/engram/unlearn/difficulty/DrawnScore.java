package io.engram.unlearn.difficulty;

import io.engram.core.run.JsonFiles;
import io.engram.core.run.MrdRow;
import io.engram.core.settings.Faults;
import io.engram.core.settings.Setting;
import io.engram.unlearn.mrd.DrawRequest;
import io.engram.unlearn.mrd.Estimator;
import io.engram.unlearn.mrd.ModelScorer;
import io.engram.unlearn.mrd.MrdEstimate;
import io.engram.unlearn.mrd.MrdMeasurement;
import io.engram.unlearn.mrd.RelativeChange;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** A score that is the mean of independent noise draws, and therefore has a standard error. */
public interface DrawnScore extends DifficultyScore, Estimator {
  @Override
  default String name() {
    return DifficultyScore.super.name();
  }

  @Override
  default Direction direction() {
    return Direction.LARGE_IS_EASY;
  }

  /**
   * Whether the draws themselves depend on their number; then kept draws can only be reused for the
   * same number.
   */
  default boolean drawsDependOnBudget() {
    return false;
  }

  @Override
  default Measured measure(Scoring scoring) {
    ModelScorer scorer = scoring.scorer(scope());
    MrdMeasurement.Result found =
        MrdMeasurement.run(
            scorer,
            this,
            budget().atMost(scoring.mostDraws()),
            scoring.seed(),
            scoring.epoch(),
            scoring.refuses(),
            scoring.kept(),
            scoring.progress());
    List<MrdRow> rows = new ArrayList<>();
    for (int i = 0; i < found.estimates().size(); i++) {
      MrdEstimate one = found.estimates().get(i);
      rows.add(
          new MrdRow(
              scorer.id(i),
              column(),
              one.mrd(),
              one.standardError(),
              one.draws(),
              one.tokens(),
              one.clamped()));
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("sigma", found.sigma());
    facts.put("passes", found.passes());
    return new Measured(List.copyOf(rows), facts, found.notes());
  }

  /** Everything that the draws depend on, for {@link io.engram.unlearn.mrd.DrawsFile.Key}. */
  default Object keyOfDraws() {
    ObjectNode options = JsonFiles.mapper().valueToTree(this);
    options.put("name", name());
    return drawsDependOnBudget()
        ? options
        : options.without(List.of("draws", "max_draws", "stable_tau"));
  }

  /** The cost in passes, by the number of draws allowed. */
  @Override
  default Cost cost() {
    int most = budget().draws();
    return new Cost(most, (budget().auto() ? "at most " : "") + most + " passes with noise");
  }

  /** Checks that the number of draws is even, since each pair takes two passes. */
  static void checkPairs(DrawnScore score, String section, Faults faults) {
    int passes = score.budget().draws();
    faults.require(
        passes % 2 == 0,
        section + (score.budget().auto() ? ".max_draws" : ".draws"),
        " = %d: must be even with %s.name = %s, since each pair takes two passes"
            .formatted(passes, section, score.name()),
        section + ".name");
  }

  /** The cost of backward passes, each about two forward ones. */
  static Cost backward(DrawRequest.Budget budget) {
    return new Cost(
        2.0 * budget.draws(),
        (budget.auto() ? "at most " : "") + budget.draws() + " backward passes");
  }

  /**
   * A score based on the relative change of a sample's token log-probabilities: MRD and its
   * variants. Its values have no unit; rows store them under {@code mrd}.
   */
  interface Relative extends DrawnScore {
    /** Mean or sum over a sample's tokens. */
    @Setting(
        value = "mean",
        reason =
            "mean: averages over a sample's tokens, as in Eq. 4, so that length does not matter; "
                + "sum: adds them.")
    Tokens tokens();

    /** Lower limit of |ℓ_t| in denominators, nats. */
    @Setting(
        value = "1e-6",
        range = "> 0",
        unit = "nats",
        reason =
            "Lower limit of |log-probability| in the denominator of MRD, since that of a "
                + "memorised token is near 0.")
    double clamp();

    @Override
    default List<RelativeChange> changes(List<double[]> plain) {
      return RelativeChange.ofAll(plain, tokens(), clamp());
    }

    @Override
    default String unit() {
      return "";
    }

    @Override
    default String column() {
      return "mrd";
    }
  }
}
