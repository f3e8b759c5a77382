package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.train.Objective;
import org.jspecify.annotations.Nullable;

/**
 * Primal-dual unlearning: {@code w_f · mean_t (max_v z_tv − mean_v z_tv)²} over the rows that
 * predict the labelled tokens of F, z the logits. It flattens what the model says there, whatever
 * the answer. The retain loss is held below a bound: its weight grows while the loss is above
 * {@link UnlearningMethod#retainBound}, which is the dual variable.
 *
 * <p><b>Source:</b> Entesari et al. 2025, "Constrained Entropic Unlearning: A Primal-Dual Framework
 * for Large Language Models". <b>Differs:</b> only rows that predict labelled tokens count; in
 * open-unlearning the labels' mask is not shifted, so that it counts the rows of the labelled
 * tokens themselves. The bound is relative to the start and measured on samples held back.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r at the start
 * @param retainLoss loss on the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 */
@Choice(value = "pdu", summary = "flattens the logits while the retain loss stays below a bound")
public record Pdu(
    double forgetWeight,
    double retainWeight,
    RetainLoss retainLoss,
    @Setting.Default("auto") @Nullable Double retainBound)
    implements UnlearningMethod {
  @Override
  public Objective objective(Drawn drawn, UpdateSize size, Reference reference) {
    return new Objective.OfLogitSpread(forgetWeight / size.tokens());
  }

  @Override
  public String studyObstacle() {
    return "flattens all logits and does not target the answer";
  }
}
