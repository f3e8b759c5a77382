package io.engram.core.metric;

/**
 * Compares a membership attack on a model with the same attack on a model that never saw the forget
 * set, as a relative difference in percent.
 *
 * <p><b>Source:</b> Shi et al.: MUSE, machine unlearning six-way evaluation (2024).
 */
public final class PrivLeak {
  private PrivLeak() {}

  /**
   * {@code 100 · ((1 − AUC) − (1 − AUC_ref)) / (1 − AUC_ref)}, with AUC the probability that an
   * unseen text is less likely than one of the forget set. <b>Differs</b> from open-unlearning,
   * which adds 1e-10 to the denominator.
   *
   * @param auc AUC of the unlearned model, [0, 1]
   * @param reference AUC of the model that never saw the forget set, or ½
   * @return percent; 0 if both models agree; negative if the forget set is still more likely than
   *     it should be, positive if it is less likely. Infinite or NaN if the reference is 1
   */
  public static double of(double auc, double reference) {
    return 100 * (reference - auc) / (1 - reference);
  }
}
