package io.engram.unlearn.eval.tofu;

import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.AverageOf;

/**
 * UC: how little is left of the forget set. All in [0, 1], 1 = forgotten.
 *
 * <p><b>Source:</b> Table 1, columns UA, MIA, RR and their average.
 *
 * @param unlearningAccuracy UA = 1 − FA, the share of forget samples whose answer is not told from
 *     wrong ones
 * @param miaAuc MIA, AUC of Min-50 % between forget and retain set
 * @param rougeRecallComplement RR = 1 − mean ROUGE-L recall
 */
public record UnlearningCompleteness(
    MeanWithError unlearningAccuracy, MeanWithError miaAuc, MeanWithError rougeRecallComplement) {
  /** {@code (UA + MIA + RR) / 3}, over the texts of MIA: forget and retain set. */
  public MeanWithError average() {
    return AverageOf.of(miaAuc.n(), unlearningAccuracy, miaAuc, rougeRecallComplement);
  }
}
