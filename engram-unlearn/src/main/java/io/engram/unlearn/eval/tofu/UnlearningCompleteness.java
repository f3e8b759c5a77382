package io.engram.unlearn.eval.tofu;

import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.Means;
import io.engram.unlearn.eval.MembershipInference;
import java.util.Arrays;
import java.util.List;

/**
 * UC: how little is left of the forget set. All in [0, 1], 1 = forgotten.
 *
 * <p><b>Source:</b> Table 1, columns UA, MIA, RR and their average.
 *
 * @param unlearningAccuracy UA = 1 − FA, the share of forget samples whose right answer isn't
 *     preferred to wrong ones
 * @param miaAuc MIA, AUC of Min-50 % between forget and retain set
 * @param rougeRecallComplement RR = 1 − mean ROUGE-L recall
 * @param average {@code (UA + MIA + RR) / 3}, over the rows of forget and retain set; its error
 *     accounts for all three coming from the same rows of the forget set
 */
public record UnlearningCompleteness(
    MeanWithError unlearningAccuracy,
    MeanWithError miaAuc,
    MeanWithError rougeRecallComplement,
    MeanWithError average) {
  private static final int MEASURES = 3;

  /** Of the rows of forget and retain set. */
  static UnlearningCompleteness of(List<EvaluationRow> forget, List<EvaluationRow> retain) {
    double[] forgetMinK = EvaluationRow.minK(forget);
    double[] retainMinK = EvaluationRow.minK(retain);
    double[] below = MembershipInference.sharesBelow(retainMinK, forgetMinK);
    double[] ofRetain = Arrays.stream(below).map(share -> (1 - share) / MEASURES).toArray();
    return new UnlearningCompleteness(
        Means.complement(EvaluationRow.accuracy(forget)),
        MembershipInference.auc(forgetMinK, retainMinK),
        Means.complement(EvaluationRow.meanRecall(forget)),
        Means.sum(List.of(parts(forget, forgetMinK, retainMinK), ofRetain)));
  }

  /**
   * Each forget row's part of the average: its own UA and RR, and how far its place among the
   * retain set's scores is from the mean place, the AUC, as in DeLong's error. A row without a
   * score doesn't count in the AUC, so the others weigh more in it.
   */
  private static double[] parts(
      List<EvaluationRow> forget, double[] forgetMinK, double[] retainMinK) {
    double[] places = MembershipInference.sharesBelow(forgetMinK, retainMinK);
    double auc = Arrays.stream(places).average().orElse(Double.NaN);
    double weight = (double) forget.size() / places.length;
    double[] parts = new double[forget.size()];
    int scored = 0;
    for (int i = 0; i < parts.length; i++) {
      EvaluationRow row = forget.get(i);
      double place = row.minK() == null ? 0 : weight * (places[scored++] - auc);
      parts[i] = (1 - row.correctness() + (1 - row.recall()) + place) / MEASURES;
    }
    return parts;
  }
}
