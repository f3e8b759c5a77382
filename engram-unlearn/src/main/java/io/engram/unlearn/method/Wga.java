package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;

/**
 * Weighted gradient ascent: {@code w_f (1/N) Σ_t sg(p_t)^β ℓ_t} with p_t = exp(ℓ_t), N the labelled
 * tokens of the forget batch, and sg: a constant to the gradient. A token that is unlikely already
 * is hardly pushed on, so ascent doesn't run away.
 *
 * <p><b>Source:</b> Wang et al. 2025, "Rethinking LLM Unlearning Objectives". <b>Differs:</b> their
 * code keeps a copy of the reference in memory, of which nothing is used; here there is none.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss what holds the retain set
 * @param beta β, above 0; towards 0 it becomes gradient ascent
 */
@Choice(value = "wga", summary = "ascent that fades with a token's probability")
public record Wga(
    double forgetWeight,
    double retainWeight,
    RetainLoss retainLoss,
    @Setting(
            value = "1",
            range = "> 0",
            reason = "The power of a token's probability that weights its ascent.")
        double beta)
    implements LogProbMethod {
  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    return logProbs -> {
      double loss = 0;
      double[] gradient = new double[logProbs.length];
      for (int t = 0; t < logProbs.length; t++) {
        gradient[t] = forgetWeight / size.tokens() * Math.exp(beta * logProbs[t]);
        loss += gradient[t] * logProbs[t];
      }
      return new SequenceLoss.Slope(loss, gradient);
    };
  }
}
