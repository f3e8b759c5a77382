package io.engram.unlearn.method;

import io.engram.core.recipe.MethodSection.Reduction;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;
import java.util.Arrays;
import java.util.Map;

/**
 * Negative preference optimisation: {@code −w_f (2/β) mean_F log σ(β (S_θ − S_ref))}, with S = −Σ_t
 * ℓ_t of a sequence's labelled tokens (S/n with reduction {@code mean}) and the reference the model
 * at the start. As S_θ grows the slope falls to 0, so it doesn't run away as ascent does; at the
 * start it's that of ascent.
 *
 * <p><b>Source:</b> Zhang et al. 2024, Eq. 3; {@code sum} as in its authors' code, {@code mean} as
 * in the WAGLE code that the paper follows. The two are different methods: the second has about n
 * times weaker β.
 *
 * @param weight w_f
 * @param beta β
 * @param reduction of S over the sequence
 * @param reference S_ref = −Σ_t ℓ_t of each forget sample under the reference, by its id
 */
public record Npo(double weight, double beta, Reduction reduction, Map<String, Double> reference)
    implements UnlearningMethod {
  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    Double own = reference.get(sample.id());
    if (own == null) {
      throw new IllegalArgumentException("no reference log-probability of sample " + sample.id());
    }
    double scale = reduction == Reduction.MEAN ? 1.0 / sample.labels() : 1;
    return logProbs -> slope(logProbs, own, scale, size.sequences());
  }

  private SequenceLoss.Slope slope(
      double[] logProbs, double referenceNll, double scale, int sequences) {
    double difference = scale * (-Arrays.stream(logProbs).sum() - referenceNll);
    double loss = weight * 2 / beta / sequences * softplus(-beta * difference);
    // d(−(2/β) log σ(βx))/dx = −2 σ(−βx), and dx/dℓ_t = −scale.
    double[] gradient = new double[logProbs.length];
    Arrays.fill(gradient, weight * 2 / sequences * scale * Math.exp(-softplus(beta * difference)));
    return new SequenceLoss.Slope(loss, gradient);
  }

  /** log(1 + eˣ) = −log σ(−x), without overflow. */
  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}
