package io.engram.unlearn.eval.tofu;

import io.engram.core.run.Measurement;
import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.EvaluationRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A line of Table 1 with its metric ids. A number that isn't one is left out and noted. */
final class TofuTable {
  private final String stage;
  private final List<Measurement> measurements = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * Computes the line from the rows of the four sets.
   *
   * @param encoder the name of what judged the forget and the retain set
   */
  TofuTable(String stage, Map<String, List<EvaluationRow>> rows, String encoder) {
    this.stage = stage;
    List<EvaluationRow> forget = Objects.requireNonNull(rows.get("forget"));
    List<EvaluationRow> retain = Objects.requireNonNull(rows.get("retain"));
    UnlearningCompleteness completeness = UnlearningCompleteness.of(forget, retain);
    ModelUtility utility =
        ModelUtility.of(
            retain,
            Objects.requireNonNull(rows.get("real_authors")),
            Objects.requireNonNull(rows.get("world_facts")));
    add("forget.unlearning_accuracy", completeness.unlearningAccuracy(), true, encoder);
    add("forget.mia_auc", completeness.miaAuc(), true, null);
    add("forget.rouge_l_recall", TofuScores.meanRougeRecall(forget), false, null);
    add("forget.rouge_l_recall_complement", completeness.rougeRecallComplement(), true, null);
    add("retain", utility.retain(), encoder);
    add("real_authors", utility.realAuthors(), null);
    add("world_facts", utility.worldFacts(), null);
    add("unlearning_completeness", completeness.average(), true, encoder);
    add("model_utility_mean", utility.average(), true, encoder);
  }

  List<Measurement> measurements() {
    return measurements;
  }

  List<String> notes() {
    return notes;
  }

  private void add(String set, ModelUtility.Kept kept, @Nullable String judgedBy) {
    add(set + ".accuracy", kept.accuracy(), true, judgedBy);
    add(set + ".rouge_l_recall", kept.rougeRecall(), true, null);
  }

  private void add(
      String metric, MeanWithError value, boolean higherIsBetter, @Nullable String judgedBy) {
    String id = TofuSuite.NAME + "." + metric;
    if (!Double.isFinite(value.mean())) {
      notes.add(id + " is not a number and left out: the model's log-probabilities aren't finite");
      return;
    }
    double error = value.standardError();
    measurements.add(
        new Measurement(
            stage,
            TofuSuite.NAME,
            id,
            value.mean(),
            "ratio",
            value.n(),
            higherIsBetter,
            Double.isFinite(error) ? Double.valueOf(error) : null,
            judgedBy));
  }
}
