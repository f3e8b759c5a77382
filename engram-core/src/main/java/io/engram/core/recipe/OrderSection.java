package io.engram.core.recipe;

/**
 * {@code order}: which sample is unlearned next.
 *
 * @param name uniform or by MRD
 * @param replacement uniform order only: every draw is of all samples, as MRD order's are
 * @param refreshEpochs m: MRD is computed anew every m epochs; 0: once, at the start
 * @param weight how MRD becomes a chance of being drawn
 * @param estimator how MRD is estimated
 */
public record OrderSection(
    OrderName name,
    boolean replacement,
    int refreshEpochs,
    Weight weight,
    EstimatorSection estimator) {
  /** The orders. */
  public enum OrderName {
    /** A new permutation each epoch, or draws with replacement, each sample as likely. */
    UNIFORM,
    /** With replacement, by MRD (Alg. 2). */
    MRD
  }

  /** How MRD becomes a chance of being drawn. */
  public enum Weight {
    /** p_i = MRD_i / Σ_j MRD_j: the easy ones first. */
    MRD,
    /** p_i ∝ 1/MRD_i: the hard ones first. */
    INVERSE,
    /** p_i ∝ rank of MRD_i. */
    RANK
  }
}
