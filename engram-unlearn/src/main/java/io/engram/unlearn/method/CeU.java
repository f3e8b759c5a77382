package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Default;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;

/**
 * Cross-entropy unlearning: {@code w_f · mean_t KL(q_t ‖ p_t)} over the labelled tokens of F, with
 * q_t the model's own distribution without the true token, {@code softmax(sg(z_t), z_t[y_t] = −∞)}.
 * The gradient stays bounded where the token is certain and vanishes where it is excluded.
 *
 * <p>Since q_t = p_t/(1 − p_t[y_t]) off the true token, KL(q_t ‖ p_t) = −log(1 − p_t[y_t]); and as
 * q_t is the distribution nearest to p_t without the token, holding it constant changes no gradient
 * (dKL/dz = p − q either way). So the loss is {@code −w_f (1/N) Σ_t log(1 − exp(ℓ_t))}, a function
 * of log-probabilities alone.
 *
 * <p><b>Source:</b> Yang 2025, "CE-U: Cross Entropy Unlearning". <b>Differs:</b> the loss is less
 * by q's entropy than their cross-entropy, whose gradient is the same; every labelled token counts,
 * where their code leaves out the answer's first.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss what holds the retain set
 */
@Choice(value = "ceu", summary = "the model's own distribution without the true token")
public record CeU(double forgetWeight, @Default("0") double retainWeight, RetainLoss retainLoss)
    implements LogProbMethod {
  /** A token that is certain to float precision: −ℓ below this is taken as this. */
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
