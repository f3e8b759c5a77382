package io.engram.unlearn.eval.tofu;

import io.engram.core.run.Measurement;
import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.Accuracy;
import io.engram.unlearn.eval.EvaluationRow;
import io.engram.unlearn.eval.MembershipInference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A line of Table 1 with its metric ids. A number that isn't one is left out and noted. */
final class TofuTable {
  private final String stage;
  private final List<Measurement> measurements = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** Computes the line from the rows of the four sets. */
  TofuTable(String stage, Map<String, List<EvaluationRow>> rows) {
    this.stage = stage;
    List<EvaluationRow> forget = Objects.requireNonNull(rows.get("forget"));
    MeanWithError recall = TofuScores.meanRougeRecall(forget);
    UnlearningCompleteness completeness =
        new UnlearningCompleteness(
            Accuracy.complement(TofuScores.accuracy(forget)),
            MembershipInference.auc(
                TofuScores.minK(forget),
                TofuScores.minK(Objects.requireNonNull(rows.get("retain")))),
            Accuracy.complement(recall));
    ModelUtility utility =
        new ModelUtility(
            kept(rows, "retain"), kept(rows, "real_authors"), kept(rows, "world_facts"));
    add("forget.unlearning_accuracy", completeness.unlearningAccuracy(), true);
    add("forget.mia_auc", completeness.miaAuc(), true);
    add("forget.rouge_l_recall", recall, false);
    add("forget.rouge_l_recall_complement", completeness.rougeRecallComplement(), true);
    add("retain", utility.retain());
    add("real_authors", utility.realAuthors());
    add("world_facts", utility.worldFacts());
    add("unlearning_completeness", completeness.average(), true);
    add("model_utility_mean", utility.average(), true);
  }

  List<Measurement> measurements() {
    return measurements;
  }

  List<String> notes() {
    return notes;
  }

  private static ModelUtility.Kept kept(Map<String, List<EvaluationRow>> rows, String set) {
    List<EvaluationRow> ofSet = Objects.requireNonNull(rows.get(set));
    return new ModelUtility.Kept(TofuScores.accuracy(ofSet), TofuScores.meanRougeRecall(ofSet));
  }

  private void add(String set, ModelUtility.Kept kept) {
    add(set + ".accuracy", kept.accuracy(), true);
    add(set + ".rouge_l_recall", kept.rougeRecall(), true);
  }

  private void add(String metric, MeanWithError value, boolean higherIsBetter) {
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
            Double.isFinite(error) ? Double.valueOf(error) : null));
  }
}
