package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Simple negative preference optimisation: {@code −w_f (2/β) mean_F log σ(β (S_θ/n − δ))}, with S =
 * −Σ_t ℓ_t over a sequence's n labelled tokens. It needs no reference: the push on a sample fades
 * as its mean loss grows beyond δ, whatever it was at the start, and long answers do not outweigh
 * short ones.
 *
 * <p><b>Source:</b> Fan et al. 2024, "Simplicity Prevails" (its γ is β·δ).
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss loss on the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 * @param beta β
 * @param delta δ, nats per token
 */
@Choice(value = "simnpo", summary = "npo without a reference")
public record SimNpo(
    double forgetWeight,
    double retainWeight,
    RetainLoss retainLoss,
    @Nullable Double retainBound,
    @Setting(value = "4.5", range = "> 0", unit = "1/nats", reason = LogSigmoid.BETA) double beta,
    @Setting(
            value = "0",
            unit = "nats a token",
            reason =
                "δ: samples with a mean loss below this are pushed at full strength. Raise "
                    + "it to make the model forget more.")
        double delta)
    implements LogProbMethod {
  @Override
  public double share(TokenizedSample sample, UpdateSize size) {
    return forgetWeight / size.sequences();
  }

  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    double share = forgetWeight / size.sequences();
    return logProbs -> {
      int n = logProbs.length;
      double x = -Arrays.stream(logProbs).sum() / n - delta;
      double[] gradient = new double[n];
      // dx/dℓ_t = −1/n.
      Arrays.fill(gradient, -share / n * LogSigmoid.slope(beta, x));
      return new SequenceLoss.Slope(share * LogSigmoid.loss(beta, x), gradient);
    };
  }
}
