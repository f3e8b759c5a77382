package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.SequenceLoss;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Negative preference optimisation: {@code −w_f (2/β) mean_F log σ(β (S_θ − S_ref))}, with S = −Σ_t
 * ℓ_t over a sequence's labelled tokens (S/n with reduction {@code mean}); the reference is the
 * model at the start. The slope starts as that of ascent and falls to 0 as S_θ grows, so training
 * does not run away as ascent does.
 *
 * <p><b>Source:</b> Zhang et al. 2024, Eq. 3; {@code sum} as in its authors' code, {@code mean} as
 * in the WAGLE code that the paper follows. These are two different methods: β is about n times
 * weaker in the second.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss loss on the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 * @param beta β
 * @param reduction how S is formed over the sequence
 */
@Choice(
    value = "npo",
    summary = "makes answers less likely than under the reference, then stops pushing")
public record Npo(
    double forgetWeight,
    double retainWeight,
    RetainLoss retainLoss,
    @Nullable Double retainBound,
    @Setting(value = "0.1", range = "> 0", unit = "1/nats", reason = LogSigmoid.BETA) double beta,
    @Setting(
            value = "sum",
            reason =
                "How a sample's log-ratio is formed. sum: over the whole sequence, as published; "
                    + "mean: per labelled token, so that long answers count no more than short "
                    + "ones.")
        Reduction reduction)
    implements UnlearningMethod {
  @Override
  public double share(TokenizedSample sample, UpdateSize size) {
    return forgetWeight / size.sequences();
  }

  @Override
  public Objective objective(Drawn drawn, UpdateSize size, Reference reference) {
    return new Objective.OfLogProbs(forget(drawn.sample(), size, reference));
  }

  /** The contribution of one forget sequence to the update's loss. */
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
    /** Sum over the whole sequence. */
    SUM,
    /** Mean per labelled token. */
    MEAN
  }
}
