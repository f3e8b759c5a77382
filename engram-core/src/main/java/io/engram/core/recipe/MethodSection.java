package io.engram.core.recipe;

import org.jspecify.annotations.Nullable;

/**
 * {@code method}: the loss.
 *
 * @param name which one
 * @param forgetWeight w_f; 0 leaves that forward pass out
 * @param retainWeight w_r; 0 leaves that forward pass out
 * @param retainLoss what keeps the retain set
 * @param beta β of the method, above 0; what it does is the method's own
 * @param delta δ of SimNPO, nats
 * @param layer after which RMU takes hidden states, from 0; null: a quarter of the way up
 * @param steering length of the vector that RMU leads them to
 * @param fitUpdates NGDiff fits its learning rate every so many updates; 0: never
 * @param reduction how a sequence's log-ratio is formed in NPO
 * @param refusals for PO and DPO: {@code tofu}, {@code copyright}, {@code polite}, or a file with
 *     one refusal a line; null: {@code tofu}
 */
public record MethodSection(
    MethodName name,
    double forgetWeight,
    double retainWeight,
    RetainLoss retainLoss,
    double beta,
    double delta,
    @Nullable Integer layer,
    double steering,
    int fitUpdates,
    Reduction reduction,
    @Nullable String refusals) {
  /** The unlearning methods, and descent. */
  public enum MethodName {
    /** Gradient ascent. */
    GA(0.1, 0),
    /** Gradient difference. */
    GRAD_DIFF(0.1, 1),
    /** Preference optimisation: answers become refusals. */
    PO(0.1, 1),
    /** Negative preference optimisation. */
    NPO(0.1, 1),
    /** Negative preference optimisation without a reference. */
    SIMNPO(4.5, 1),
    /** Direct preference optimisation: refusals preferred to answers. */
    DPO(0.1, 1),
    /** Representation misdirection: hidden states led to one place. */
    RMU(0.1, 1),
    /** Ascent weighted by each token's probability. */
    WGA(1, 1),
    /** Self-distillation from logits with the true token's lowered. */
    UNDIAL(10, 0),
    /** Cross-entropy to the model's own distribution without the true token. */
    CEU(0.1, 0),
    /** Forget and retain gradient, each normalised, and a fitted learning rate. */
    NGDIFF(0.1, 1),
    /** Ascent whose gradient is rectified by the retain gradient. */
    GRU(0.1, 1),
    /** Plain descent on the training data; {@code engram finetune} only. */
    FINETUNE(0.1, 0);

    private final double beta;
    private final double retainWeight;

    MethodName(double beta, double retainWeight) {
      this.beta = beta;
      this.retainWeight = retainWeight;
    }

    /** β where the recipe gives none: as the method's authors. */
    public double defaultBeta() {
      return beta;
    }

    /** w_r where the recipe gives none: 0 for methods published without a retain loss. */
    public double defaultRetainWeight() {
      return retainWeight;
    }
  }

  /** What is minimised on the retain set. */
  public enum RetainLoss {
    /** Mean −log p of the labelled tokens. */
    NLL,
    /** KL(reference ‖ model), mean over labelled tokens. */
    KL,
    /** Squared distance to the reference's hidden states; RMU only. */
    HIDDEN
  }

  /** How a sequence's log-ratio is formed. */
  public enum Reduction {
    /** Of the whole sequence. */
    SUM,
    /** Per labelled token. */
    MEAN
  }
}
