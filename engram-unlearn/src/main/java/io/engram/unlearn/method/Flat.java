package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.SequenceLoss;
import org.jspecify.annotations.Nullable;

/**
 * Forget data only loss adjustment, with total variation as its divergence: {@code w_f mean_F (½
 * tanh P(answer) − ½ tanh P(refusal))}, where P(y) is the mean of a sequence's n labelled tokens'
 * probabilities, {@code (1/n) Σ_t exp(ℓ_t)}, in [0, 1]. It lowers the answer and raises a refusal,
 * and its slope fades with p_t, so that it needs neither a retain set nor a reference. Each draw of
 * a sample gets a newly chosen refusal.
 *
 * <p><b>Source:</b> Wang et al. 2025, "LLM Unlearning via Loss Adjustment with Only Forget Data",
 * with g*(v) = ½ tanh v and f*(u) = u of total variation.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r; 0 as published
 * @param retainLoss loss on the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 * @param refusals list of refusals; null: the TOFU authors'
 */
@Choice(value = "flat", summary = "swaps answers for refusals with forget data alone")
public record Flat(
    double forgetWeight,
    @Setting.Default("0") double retainWeight,
    RetainLoss retainLoss,
    @Nullable Double retainBound,
    @Nullable String refusals)
    implements UnlearningMethod {
  @Override
  public double share(TokenizedSample sample, UpdateSize size) {
    return forgetWeight / size.sequences();
  }

  @Override
  public Objective objective(Drawn drawn, UpdateSize size, Reference reference) {
    int answer = drawn.sample().labels();
    double half = forgetWeight / size.sequences() / 2;
    drawn.refusalOrThrow();
    return new Objective.OfLogProbs(
        logProbs -> {
          double[] gradient = new double[logProbs.length];
          double loss = add(half, logProbs, 0, answer, gradient);
          loss += add(-half, logProbs, answer, logProbs.length, gradient);
          return new SequenceLoss.Slope(loss, gradient);
        });
  }

  /** {@code weight · tanh P} of the tokens in [from, to); its slopes go to {@code gradient}. */
  private static double add(double weight, double[] logProbs, int from, int to, double[] gradient) {
    double mean = 0;
    for (int t = from; t < to; t++) {
      gradient[t] = Math.exp(logProbs[t]) / (to - from);
      mean += gradient[t];
    }
    double tanh = Math.tanh(mean);
    for (int t = from; t < to; t++) {
      gradient[t] *= weight * (1 - tanh * tanh);
    }
    return weight * tanh;
  }

  @Override
  public RefusalUse refusalUse() {
    return RefusalUse.BESIDE;
  }

  @Override
  public String studyObstacle() {
    return "trains refusals beside the answers, so no update depends on one sample alone";
  }
}
