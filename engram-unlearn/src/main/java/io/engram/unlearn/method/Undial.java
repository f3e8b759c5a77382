package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.train.Objective;
import org.jspecify.annotations.Nullable;

/**
 * Unlearning by self-distillation on adjusted logits: {@code w_f · mean_t KL(q_t ‖ p_t)} over the
 * labelled tokens of F, with {@code q_t = softmax(z_t − β · 1[y_t])}, z_t the logits of the model
 * at the start and y_t the true token. The target is fixed, and the gradient vanishes there.
 *
 * <p><b>Source:</b> Dong et al. 2025, "UNDIAL". <b>Differs:</b> the loss is their cross-entropy
 * minus the entropy of q, a constant, so that its minimum is 0. It averages over labelled tokens
 * alone; open-unlearning also averages over prompt and padding, whose label −100 lowers a logit at
 * the end of the vocabulary.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss loss on the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 * @param beta β: by how many nats the true token's logit is lowered
 */
@Choice(
    value = "undial",
    summary = "trains towards the reference's distribution with the true token lowered")
public record Undial(
    double forgetWeight,
    @Setting.Default("0") double retainWeight,
    RetainLoss retainLoss,
    @Nullable Double retainBound,
    @Setting(
            value = "10",
            range = "> 0",
            unit = "nats",
            reason =
                "β: by how much the target lowers the true token's logit. Higher forgets "
                    + "more.")
        double beta)
    implements UnlearningMethod {
  @Override
  public Objective objective(Drawn drawn, UpdateSize size, Reference reference) {
    return new Objective.KlToReference(
        reference.statesOrThrow(), forgetWeight / size.tokens(), beta);
  }

  @Override
  public boolean needsStates() {
    return true;
  }

  @Override
  public String studyObstacle() {
    return "has a target at a fixed distance from the start, so the number of updates to a given "
        + "loss means nothing";
  }
}
