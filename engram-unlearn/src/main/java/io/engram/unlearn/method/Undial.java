package io.engram.unlearn.method;

import io.engram.model.train.Objective;
import io.engram.model.train.ReferenceStates;

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
 * @param weight w_f
 * @param beta β, nats by which the true token's logit is lowered
 * @param states of the forget samples under the model at the start
 */
public record Undial(double weight, double beta, ReferenceStates states)
    implements UnlearningMethod {
  @Override
  public Objective objective(Drawn drawn, UpdateSize size) {
    return new Objective.KlToReference(states, weight / size.tokens(), beta);
  }
}
