package io.engram.core.metric;

/**
 * How far a membership attack on a model is from the same attack on a model that never saw the
 * forget set, in percent of the latter.
 *
 * <p><b>Source:</b> Shi et al.: MUSE, machine unlearning six-way evaluation (2024).
 */
public final class PrivLeak {
  private PrivLeak() {}

  /**
   * {@code 100 · ((1 − AUC) − (1 − AUC_ref)) / (1 − AUC_ref)}, AUC the probability that a text from
   * elsewhere is less likely than one of the forget set. <b>Differs</b> from open-unlearning, which
   * adds 1e-10 below the line.
   *
   * @param auc of the unlearned model, [0, 1]
   * @param reference of the model that never saw the forget set, or ½
   * @return percent; 0: as that model; below: the forget set is still more likely than it should
   *     be; above: less. Infinite or NaN where the reference is 1
   */
  public static double of(double auc, double reference) {
    return 100 * (reference - auc) / (1 - reference);
  }
}
