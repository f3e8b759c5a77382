package io.engram.unlearn.eval.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reader of the numbers should know, and what is left out for want of something.
 *
 * @param retrained null: none is named
 * @param gibberish null: none is named
 * @param holdout null: there is no such file
 */
record BenchmarkNotes(
    AnswerLabels labels,
    String forgetSplit,
    @Nullable RetrainedModel retrained,
    @Nullable CleanText gibberish,
    @Nullable Path holdout) {
  /** A sentence each. */
  List<String> of(List<BenchmarkSet> sets) {
    List<String> notes = new ArrayList<>();
    notes.add(
        labels.suite()
            + " measured on "
            + sets.stream().map(BenchmarkSet::source).toList()
            + "; an AUC is the probability that a row of the other set is stranger to the model than"
            + " one of the forget set; grad_norm is over the first "
            + GradientNormRows.MOST
            + " rows of each set");
    if (labels == AnswerLabels.PUBLIC) {
      notes.add(
          labels.suite()
              + " scores those tokens that open-unlearning scores: in the plain template not the"
              + " first of an answer; its numbers can't be compared with those of "
              + AnswerLabels.WHOLE.suite());
    }
    notes.add(
        retrained == null
            ? labels.suite()
                + ": forget quality, PrivLeak against the retain set and the attack reference are left"
                + " out: they compare with a model that never saw the forget set, which"
                + " eval.retrained names (for mini and forget10 or a part of it: mini-retain90)"
            : labels.suite() + ": the model that never saw the forget set is " + retrained.path());
    if (gibberish == null) {
      notes.add(
          labels.suite()
              + ": whether answers are still text can't be computed without a classifier that"
              + " eval.gibberish names; "
              + CleanText.HOW_TO_FETCH);
    }
    if (holdout == null) {
      notes.add(
          labels.suite()
              + ": no holdout set is at hand, so attacks compare with the retain set, which the model"
              + " has seen like the forget set: 0.5 before unlearning, less after; eval.datasets ="
              + " DIR with tofu/"
              + forgetSplit.replace("forget", "holdout")
              + ".jsonl adds attacks against a holdout set");
    }
    return notes;
  }
}
