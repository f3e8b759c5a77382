package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.SequenceLoss;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Direct preference optimisation, which prefers refusals to answers: {@code −w_f (2/β) mean_F log
 * σ(β (r(refusal) − r(answer)))} with r(y) = S_ref(y) − S_θ(y), the log-ratio of model to
 * reference, and S = −Σ_t ℓ_t. Each draw of a sample gets a newly chosen refusal.
 *
 * <p><b>Source:</b> Rafailov et al. 2023, Eq. 7; as unlearning: Maini et al. 2024, Zhang et al.
 * 2024. <b>Differs:</b> the factor 2/β, so that at the start it has the slope of ascent on the
 * answer and descent on the refusal, like NPO; TOFU's code has no such factor.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss loss on the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 * @param refusals list of refusals; null: the TOFU authors'
 * @param beta β
 */
@Choice(value = "dpo", summary = "prefers refusals to the answers")
public record Dpo(
    double forgetWeight,
    double retainWeight,
    RetainLoss retainLoss,
    @Nullable Double retainBound,
    @Setting(value = "0.1", range = "> 0", unit = "1/nats", reason = LogSigmoid.BETA) double beta,
    @Nullable String refusals)
    implements UnlearningMethod {
  @Override
  public double share(TokenizedSample sample, UpdateSize size) {
    return forgetWeight / size.sequences();
  }

  @Override
  public Objective objective(Drawn drawn, UpdateSize size, Reference reference) {
    return preference(drawn, reference, beta, forgetWeight / size.sequences());
  }

  /**
   * {@code −share · (2/β) log σ(β (r(preferred) − r(answer)))} of one sample.
   *
   * @param drawn the sample with its answer, and beside it what is preferred
   */
  static Objective preference(Drawn drawn, Reference reference, double beta, double share) {
    int answer = drawn.sample().labels();
    double start = drawn.refusalOrThrow().referenceNll() - reference.nll(drawn.sample());
    return new Objective.OfLogProbs(logProbs -> slope(logProbs, answer, start, beta, share));
  }

  /** ℓ of the answer's tokens, then of what is preferred; x = r(preferred) − r(answer). */
  private static SequenceLoss.Slope slope(
      double[] logProbs, int answer, double start, double beta, double share) {
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
  public RefusalUse refusalUse() {
    return RefusalUse.BESIDE;
  }

  @Override
  public boolean needsModel() {
    // Which refusal goes with a sample is only known once the sample is drawn.
    return true;
  }

  @Override
  public String studyObstacle() {
    return "compares refusals with the answers, so no update depends on one sample alone";
  }
}
