package io.engram.unlearn.method;

/** The loss that is minimised on the retain set. */
public enum RetainLoss {
  /** Mean −log p over labelled tokens. */
  NLL,
  /** KL(reference ‖ model), mean over labelled tokens. */
  KL,
  /** Squared distance to the reference's hidden states; {@link Rmu} only. */
  HIDDEN
}
