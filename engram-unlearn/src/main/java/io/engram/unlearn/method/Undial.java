package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Default;
import io.engram.core.settings.Setting;
import io.engram.model.train.Objective;

/**
 * Unlearning by self-distillation on adjusted logits: {@code w_f · mean_t KL(q_t ‖ p_t)} over the
 * labelled tokens of F, with {@code q_t = softmax(z_t − β · 1[y_t])}, z_t the logits of the model
 * at the start and y_t the true token. It has a fixed goal, at which the gradient vanishes.
 *
 * <p><b>Source:</b> Dong et al. 2025, "UNDIAL". <b>Differs:</b> the loss is less by q's entropy
 * than their cross-entropy, a constant, so that 0 is the goal; labelled tokens alone, where
 * open-unlearning averages over prompt and padding too, whose label −100 lowers a logit of the
 * vocabulary's end.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss what holds the retain set
 * @param beta β, nats by which the true token's logit is lowered
 */
@Choice(value = "undial", summary = "the reference's distribution with the true token lowered")
public record Undial(
    double forgetWeight,
    @Default("0") double retainWeight,
    RetainLoss retainLoss,
    @Setting(
            value = "10",
            range = "> 0",
            unit = "nats",
            reason = "How far the true token's logit is lowered.")
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
    return "has a goal at a fixed distance from the start, so that the updates to a given loss tell"
        + " nothing";
  }
}
