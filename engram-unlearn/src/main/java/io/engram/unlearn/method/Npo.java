package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
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
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss what holds the retain set
 * @param beta β
 * @param reduction of S over the sequence
 */
@Choice(value = "npo", summary = "answers less likely than under the reference")
public record Npo(
    double forgetWeight,
    double retainWeight,
    RetainLoss retainLoss,
    @Setting(value = "0.1", range = "> 0", unit = "1/nats", reason = LogSigmoid.BETA) double beta,
    @Setting(
            value = "sum",
            reason =
                "The log-ratio, of the whole sequence (sum, as published) or per labelled token"
                    + " (mean: long answers count as short ones).")
        Reduction reduction)
    implements UnlearningMethod {
  @Override
  public Objective objective(Drawn drawn, UpdateSize size, Reference reference) {
    return new Objective.OfLogProbs(forget(drawn.sample(), size, reference));
  }

  /** One forget sequence's part of the update's loss. */
  SequenceLoss forget(TokenizedSample sample, UpdateSize size, Reference reference) {
    double own = reference.nll(sample);
    double scale = reduction == Reduction.MEAN ? 1.0 / sample.labels() : 1;
    return logProbs -> slope(logProbs, own, scale, size.sequences());
  }

  private SequenceLoss.Slope slope(
      double[] logProbs, double referenceNll, double scale, int sequences) {
    double difference = scale * (-Arrays.stream(logProbs).sum() - referenceNll);
    double share = forgetWeight / sequences;
    double[] gradient = new double[logProbs.length];
    // d(difference)/dℓ_t = −scale.
    Arrays.fill(gradient, -share * scale * LogSigmoid.slope(beta, difference));
    return new SequenceLoss.Slope(share * LogSigmoid.loss(beta, difference), gradient);
  }

  /** How a sequence's log-ratio is formed. */
  public enum Reduction {
    /** Of the whole sequence. */
    SUM,
    /** Per labelled token. */
    MEAN
  }
}
