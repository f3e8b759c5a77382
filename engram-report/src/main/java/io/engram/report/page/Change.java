package io.engram.report.page;

import io.engram.core.stats.PairedDifference;
import io.engram.core.text.NumberText;
import io.engram.report.figure.Metric;
import io.engram.report.figure.Score;
import io.engram.report.run.RunData;
import io.engram.report.run.TrialSet;
import java.util.Optional;

/**
 * What became of a score in a run, or in the trials of one recipe.
 *
 * @param label of the run or the trials
 * @param verb how it moved, as far as that is known
 * @param before as text
 * @param after as text
 */
record Change(String label, String verb, String before, String after) {
  private static final double LEVEL = 0.95;

  /** Of one run; empty where it wasn't measured before and after. */
  static Optional<Change> of(RunData run, Metric metric) {
    Score after = Score.of(run, RunData.AFTER, metric);
    Score before = Score.of(run, RunData.BEFORE, metric);
    return after == null || before == null
        ? Optional.empty()
        : Optional.of(new Change(run.label(), verb(before, after), before.text(), after.text()));
  }

  /** Mean ± standard deviation of trials; empty where not all have both scores. */
  static Optional<Change> ofTrials(TrialSet set, Metric metric) {
    Scatter before = Scatter.of(set, RunData.BEFORE, metric);
    Scatter after = Scatter.of(set, RunData.AFTER, metric);
    return before == null || after == null
        ? Optional.empty()
        : Optional.of(
            new Change(
                set.label(),
                verb(before, after),
                NumberText.fixed(before.mean(), Score.DIGITS),
                "%s (%s)"
                    .formatted(
                        NumberText.withError(after.mean(), after.deviation(), Score.DIGITS),
                        NumberText.counted(after.values().length, "trial"))));
  }

  private static String verb(Score before, Score after) {
    return switch (Verdict.between(before, after).kind()) {
      case HIGHER -> "rose";
      case LOWER -> "fell";
      case NO_DIFFERENCE -> "stayed within two standard errors, moving";
      case UNKNOWN -> after.value() < before.value() ? "went down" : "went up";
    };
  }

  private static String verb(Scatter before, Scatter after) {
    return switch (PairedDifference.of(before.values(), after.values(), LEVEL).verdict()) {
      case HOLDS -> "rose";
      case FAILS -> "fell";
      case UNDECIDED -> "stayed within what trials scatter, moving";
      case EQUAL, UNMEASURED -> "stayed";
    };
  }
}
