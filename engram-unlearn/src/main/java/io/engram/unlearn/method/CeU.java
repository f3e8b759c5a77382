package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;
import org.jspecify.annotations.Nullable;

/**
 * Cross-entropy unlearning: {@code w_f · mean_t KL(q_t ‖ p_t)} over the labelled tokens of F, with
 * q_t the model's own distribution without the true token, {@code softmax(sg(z_t), z_t[y_t] = −∞)},
 * where sg stops the gradient. The gradient stays bounded if the token is certain and vanishes once
 * the token is excluded.
 *
 * <p>Off the true token q_t = p_t/(1 − p_t[y_t]), so KL(q_t ‖ p_t) = −log(1 − p_t[y_t]). Since q_t
 * is the distribution nearest to p_t without the token, holding it constant does not change the
 * gradient (dKL/dz = p − q either way). The loss is therefore {@code −w_f (1/N) Σ_t log(1 −
 * exp(ℓ_t))}, a function of log-probabilities alone.
 *
 * <p><b>Source:</b> Yang 2025, "CE-U: Cross Entropy Unlearning". <b>Differs:</b> the loss is their
 * cross-entropy minus the entropy of q, with the same gradient. Every labelled token counts; their
 * code leaves out the first token of the answer.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss loss on the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 */
@Choice(
    value = "ceu",
    summary = "trains towards the model's own distribution without the true token")
public record CeU(
    double forgetWeight,
    @Setting.Default("0") double retainWeight,
    RetainLoss retainLoss,
    @Nullable Double retainBound)
    implements LogProbMethod {
  /** Lower limit of −ℓ, for tokens that are certain to float precision. */
  private static final double CERTAIN = 1e-30;

  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    double share = forgetWeight / size.tokens();
    return logProbs -> {
      double loss = 0;
      double[] gradient = new double[logProbs.length];
      for (int t = 0; t < logProbs.length; t++) {
        double logProb = Math.min(logProbs[t], -CERTAIN);
        double others = -Math.expm1(logProb);
        loss -= share * Math.log(others);
        gradient[t] = share * Math.exp(logProb) / others;
      }
      return new SequenceLoss.Slope(loss, gradient);
    };
  }
}
