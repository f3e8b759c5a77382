package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.SequenceLoss;
import org.jspecify.annotations.Nullable;

/**
 * Negative preference optimisation token by token: {@code w_f (1/N) Σ_t sg(w_t) ℓ_t} with {@code
 * w_t = 2 p_t^(β+α) / (p_t^β + p_ref,t^β)}, p_t = exp(ℓ_t), N the labelled tokens of the forget
 * batch, and sg stopping the gradient; the reference is the model at the start. There w_t is p_t^α,
 * at α = 0 plain ascent; it falls to 0 as a token becomes less likely than under the reference.
 * {@link Npo} weighs all tokens of a sequence alike, so that one token can stop the push on all.
 *
 * <p><b>Source:</b> Wang et al. 2025, "Rethinking LLM Unlearning Objectives: A Gradient Perspective
 * and Go Beyond": TNPO at α = 0, WTNPO at α = 1.5. <b>Differs:</b> at α = 0 the gradient is that of
 * {@code (2/β) mean_t log(1 + (p_t/p_ref,t)^β)}, and the value is that of weighted ascent, as for
 * {@link Wga}.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss loss on the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 * @param beta β
 * @param alpha α; 0: TNPO
 */
@Choice(
    value = "tnpo",
    summary = "npo token by token: each token's push fades by its own probability")
public record Tnpo(
    double forgetWeight,
    double retainWeight,
    RetainLoss retainLoss,
    @Nullable Double retainBound,
    @Setting(
            value = "4",
            range = "> 0",
            reason =
                "β: how suddenly the push on a token stops once it is less likely than at the "
                    + "start. Towards 0 it never does.")
        double beta,
    @Setting(
            value = "0",
            range = ">= 0",
            reason =
                "α: each token is also weighted by this power of its probability, as in wga. 0: "
                    + "TNPO; 1.5: WTNPO, as its authors set it.")
        double alpha)
    implements UnlearningMethod {
  @Override
  public Objective objective(Drawn drawn, UpdateSize size, Reference reference) {
    return new Objective.OfLogProbs(forget(drawn.sample(), size, reference));
  }

  /** The contribution of one forget sequence to the update's loss. */
  SequenceLoss forget(TokenizedSample sample, UpdateSize size, Reference reference) {
    double[] start = reference.logProbs(sample);
    double share = forgetWeight / size.tokens();
    return logProbs -> {
      double loss = 0;
      double[] gradient = new double[logProbs.length];
      for (int t = 0; t < logProbs.length; t++) {
        // p^β / (p^β + p_ref^β) = σ(β (ℓ − ℓ_ref)).
        double twice = -LogSigmoid.slope(beta, start[t] - logProbs[t]);
        gradient[t] = share * twice * Math.exp(alpha * logProbs[t]);
        loss += gradient[t] * logProbs[t];
      }
      return new SequenceLoss.Slope(loss, gradient);
    };
  }
}
