package io.engram.unlearn.method;

import io.engram.model.train.Objective;
import io.engram.model.train.SequenceLoss;
import java.util.Arrays;

/**
 * Direct preference optimisation of refusals over answers: {@code −w_f (2/β) mean_F log σ(β
 * (r(refusal) − r(answer)))} with r(y) = S_ref(y) − S_θ(y), the log-ratio of model to reference,
 * and S = −Σ_t ℓ_t. A new refusal is drawn each time a sample is drawn.
 *
 * <p><b>Source:</b> Rafailov et al. 2023, Eq. 7; as unlearning: Maini et al. 2024, Zhang et al.
 * 2024. <b>Differs:</b> the factor 2/β, so that it starts with the slope of ascent and of descent
 * as NPO does; TOFU's code has none.
 *
 * @param weight w_f
 * @param beta β
 * @param reference has S_ref of each answer; that of the refusal comes with it
 */
public record Dpo(double weight, double beta, Reference reference) implements UnlearningMethod {
  @Override
  public Objective objective(Drawn drawn, UpdateSize size) {
    Drawn.Refused refusal = drawn.refusal();
    if (refusal == null) {
      throw new IllegalArgumentException("no refusal beside sample " + drawn.sample().id());
    }
    int answer = drawn.sample().labels();
    double start = refusal.referenceNll() - reference.nll(drawn.sample());
    double share = weight / size.sequences();
    return new Objective.OfLogProbs(logProbs -> slope(logProbs, answer, start, share));
  }

  /** ℓ of the answer's tokens, then of the refusal's; x = r(refusal) − r(answer). */
  private SequenceLoss.Slope slope(double[] logProbs, int answer, double start, double share) {
    double x =
        start
            + Arrays.stream(logProbs, answer, logProbs.length).sum()
            - Arrays.stream(logProbs, 0, answer).sum();
    double slope = share * LogSigmoid.slope(beta, x);
    double[] gradient = new double[logProbs.length];
    Arrays.fill(gradient, 0, answer, -slope);
    Arrays.fill(gradient, answer, logProbs.length, slope);
    return new SequenceLoss.Slope(share * LogSigmoid.loss(beta, x), gradient);
  }

  @Override
  public RefusalUse refusals() {
    return RefusalUse.BESIDE;
  }
}
