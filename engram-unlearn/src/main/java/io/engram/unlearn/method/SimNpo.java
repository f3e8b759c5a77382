package io.engram.unlearn.method;

import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;
import java.util.Arrays;

/**
 * Simple negative preference optimisation: {@code −w_f (2/β) mean_F log σ(β (S_θ/n − δ))}, with S =
 * −Σ_t ℓ_t over a sequence's n labelled tokens. No reference: a sample's push fades as its mean
 * loss grows beyond δ, whatever it was at the start, and long answers don't outweigh short ones.
 *
 * <p><b>Source:</b> Fan et al. 2024, "Simplicity Prevails" (its γ is β·δ).
 *
 * @param weight w_f
 * @param beta β
 * @param delta δ, nats a token
 */
public record SimNpo(double weight, double beta, double delta) implements LogProbMethod {
  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    double share = weight / size.sequences();
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
