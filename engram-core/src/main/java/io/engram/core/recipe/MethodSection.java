package io.engram.core.recipe;

import org.jspecify.annotations.Nullable;

/**
 * {@code method}: the loss.
 *
 * @param name which one
 * @param forgetWeight w_f; 0 leaves that forward pass out
 * @param retainWeight w_r; 0 leaves that forward pass out
 * @param retainLoss what keeps the retain set
 * @param beta β of NPO, above 0
 * @param reduction how a sequence's log-ratio is formed in NPO
 * @param refusals a file with one refusal a line, for PO; null: the built-in TOFU list
 */
public record MethodSection(
    MethodName name,
    double forgetWeight,
    double retainWeight,
    RetainLoss retainLoss,
    double beta,
    Reduction reduction,
    @Nullable String refusals) {
  /** The unlearning methods, and descent. */
  public enum MethodName {
    /** Gradient ascent. */
    GA,
    /** Gradient difference. */
    GRAD_DIFF,
    /** Preference optimisation: answers become refusals. */
    PO,
    /** Negative preference optimisation. */
    NPO,
    /** Plain descent on the training data; {@code engram finetune} only. */
    FINETUNE
  }

  /** What is minimised on the retain set. */
  public enum RetainLoss {
    /** Mean −log p of the labelled tokens. */
    NLL,
    /** KL(reference ‖ model), mean over labelled tokens. */
    KL
  }

  /** How a sequence's log-ratio is formed. */
  public enum Reduction {
    /** Of the whole sequence. */
    SUM,
    /** Per labelled token. */
    MEAN
  }
}
