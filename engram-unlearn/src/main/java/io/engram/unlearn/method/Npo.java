package io.engram.unlearn.method;

import io.engram.core.recipe.MethodSection.Reduction;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;
import java.util.Arrays;

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
 * @param reference has S_ref of each forget sample
 */
public record Npo(double weight, double beta, Reduction reduction, Reference reference)
    implements LogProbMethod {
  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    double own = reference.nll(sample);
    double scale = reduction == Reduction.MEAN ? 1.0 / sample.labels() : 1;
    return logProbs -> slope(logProbs, own, scale, size.sequences());
  }

  private SequenceLoss.Slope slope(
      double[] logProbs, double referenceNll, double scale, int sequences) {
    double difference = scale * (-Arrays.stream(logProbs).sum() - referenceNll);
    double share = weight / sequences;
    double[] gradient = new double[logProbs.length];
    // d(difference)/dℓ_t = −scale.
    Arrays.fill(gradient, -share * scale * LogSigmoid.slope(beta, difference));
    return new SequenceLoss.Slope(share * LogSigmoid.loss(beta, difference), gradient);
  }
}
