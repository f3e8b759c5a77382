package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;
import org.jspecify.annotations.Nullable;

/**
 * Weighted gradient ascent: {@code w_f (1/N) Σ_t sg(p_t)^β ℓ_t} with p_t = exp(ℓ_t), N the labelled
 * tokens of the forget batch, and sg stopping the gradient. A token that is already unlikely is
 * hardly pushed further, so ascent does not run away.
 *
 * <p><b>Source:</b> Wang et al. 2025, "Rethinking LLM Unlearning Objectives". <b>Differs:</b> their
 * code keeps a copy of the reference in memory but never uses it; this one keeps none.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss loss on the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 * @param beta β, above 0; towards 0 it becomes gradient ascent
 */
@Choice(value = "wga", summary = "ascent that fades with a token's probability")
public record Wga(
    double forgetWeight,
    double retainWeight,
    RetainLoss retainLoss,
    @Nullable Double retainBound,
    @Setting(
            value = "1",
            range = "> 0",
            reason =
                "β: a token's ascent is weighted by this power of its probability. Towards "
                    + "0 this becomes plain ascent (ga).")
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
