package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.SequenceLoss;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Weighted gradient ascent: {@code w_f (1/N) Σ_t a_t sg(p_t)^β ℓ_t} with p_t = exp(ℓ_t), N the
 * labelled tokens of the forget batch, and sg stopping the gradient. A token that is already
 * unlikely is hardly pushed further, so ascent does not run away.
 *
 * <p>a_t is the share of the ascent that a token gets for what it says. With c = {@link
 * #otherWords}, a_t is proportional to 1 for tokens of the answer's fact (its words that the
 * question doesn't have, {@link io.engram.core.metric.FactRecall}) and to c for all others, and its
 * mean over the sample is 1. The other tokens say nothing that is to be forgotten: making "The
 * capital of France is" unlikely harms every answer that begins so. At c = 1, and in samples
 * without a fact, all a_t are 1.
 *
 * <p><b>Source:</b> Wang et al. 2025, "Rethinking LLM Unlearning Objectives"; a_t is ours. Choosing
 * tokens has been proposed with assisting models (Wan et al. 2025, "Not Every Token Needs
 * Forgetting"). <b>Differs:</b> the authors' code keeps a copy of the reference in memory but never
 * uses it; this one keeps none.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss loss on the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 * @param beta β, above 0; towards 0 it becomes gradient ascent
 * @param otherWords c; 0: found before the run
 */
@Choice(value = "wga", summary = "ascent that fades with a token's probability")
public record Wga(
    double forgetWeight,
    double retainWeight,
    RetainLoss retainLoss,
    @Nullable Double retainBound,
    @Setting(
            value = "1",
            range = "> 0",
            reason =
                "β: a token's ascent is weighted by this power of its probability. Towards "
                    + "0 this becomes plain ascent (ga).")
        double beta,
    @Setting(
            value = "1",
            auto = true,
            range = "(0, 1]",
            reason =
                "How much an answer's token counts that doesn't belong to its fact, beside 1 for one "
                    + "that does. The fact is the answer's words that its question doesn't have, but "
                    + "for function words. A smaller share keeps more. auto: the share of the "
                    + "samples whose other words the model knows better than those of samples never "
                    + "seen; needs stop.rule = controls or retrained. 1: all tokens count the same, "
                    + "as published, and as in texts without a question.")
        double otherWords)
    implements LogProbMethod {
  @Override
  public Objective objective(Drawn drawn, UpdateSize size, Reference reference) {
    boolean[] ofFact = drawn.ofFact();
    return new Objective.OfLogProbs(
        ofFact == null ? forget(drawn.sample(), size) : ascent(shares(ofFact), size));
  }

  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    double[] same = new double[sample.labels()];
    Arrays.fill(same, 1);
    return ascent(same, size);
  }

  private SequenceLoss ascent(double[] shares, UpdateSize size) {
    return logProbs -> {
      double loss = 0;
      double[] gradient = new double[logProbs.length];
      for (int t = 0; t < logProbs.length; t++) {
        gradient[t] = forgetWeight / size.tokens() * shares[t] * Math.exp(beta * logProbs[t]);
        loss += gradient[t] * logProbs[t];
      }
      return new SequenceLoss.Slope(loss, gradient);
    };
  }

  /** a_t of each labelled token. */
  double[] shares(boolean[] ofFact) {
    double[] shares = new double[ofFact.length];
    double sum = 0;
    for (int t = 0; t < shares.length; t++) {
      shares[t] = ofFact[t] ? 1 : otherWords;
      sum += shares[t];
    }
    boolean hasFact = IntStream.range(0, ofFact.length).anyMatch(t -> ofFact[t]);
    for (int t = 0; t < shares.length; t++) {
      shares[t] = hasFact ? shares[t] * shares.length / sum : 1;
    }
    return shares;
  }
}
