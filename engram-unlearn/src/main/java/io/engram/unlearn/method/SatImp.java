package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;
import org.jspecify.annotations.Nullable;

/**
 * Ascent weighted by saturation and importance: {@code w_f (1/N) Σ_t sg(p_t^β₁ (1 − p_t)^β₂) ℓ_t}
 * with p_t = exp(ℓ_t), N the labelled tokens of the forget batch, and sg: a constant to the
 * gradient. p^β₁ pushes what is still likely, as {@link Wga} does; (1 − p)^β₂ holds back on tokens
 * that the model is certain of.
 *
 * <p><b>Source:</b> Yang et al. 2025, "Exploring Criteria of Loss Reweighting to Enhance LLM
 * Unlearning", token-wise, with its authors' β₁ 5, β₂ 0.1 and forget and retain losses 10 to 1.
 * open-unlearning has β₂ 1 and, in its settings, the ratio inverted.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss what holds the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 * @param saturation β₁; 0 leaves saturation out
 * @param importance β₂; 0 leaves importance out, and SatImp is Wga with β = β₁
 */
@Choice(value = "satimp", summary = "ascent on tokens that are likely and not yet certain")
public record SatImp(
    double forgetWeight,
    @Setting.Default("0.1") double retainWeight,
    RetainLoss retainLoss,
    @Nullable Double retainBound,
    @Setting(
            value = "5",
            range = ">= 0",
            reason = "β₁, the power of a token's probability: how soon its push fades.")
        double saturation,
    @Setting(
            value = "0.1",
            range = ">= 0",
            reason =
                "β₂, the power of one less a token's probability: spares what is certain. 0.1 is "
                    + "its authors' value; open-unlearning has 1.")
        double importance)
    implements LogProbMethod {
  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    return logProbs -> {
      double loss = 0;
      double[] gradient = new double[logProbs.length];
      for (int t = 0; t < logProbs.length; t++) {
        double unlikely = -Math.expm1(logProbs[t]);
        double weight = Math.exp(saturation * logProbs[t]) * Math.pow(unlikely, importance);
        gradient[t] = forgetWeight / size.tokens() * weight;
        loss += gradient[t] * logProbs[t];
      }
      return new SequenceLoss.Slope(loss, gradient);
    };
  }
}
