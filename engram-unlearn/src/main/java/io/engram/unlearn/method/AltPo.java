package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Faults;
import io.engram.core.settings.SelfChecking;
import io.engram.core.settings.Setting;
import io.engram.model.train.Objective;
import org.jspecify.annotations.Nullable;

/**
 * Alternate preference optimisation: {@link Dpo} with a plausible other answer in the refusal's
 * place, {@code −w_f (2/β) mean_F log σ(β (r(alternative) − r(answer)))}. The alternatives come
 * from a file, several a sample; each draw of a sample gets a newly chosen one. It teaches invented
 * facts: see docs/methods.md.
 *
 * <p><b>Source:</b> Mekala et al. 2025, "Alternate Preference Optimization for Unlearning Factual
 * Knowledge in Large Language Models". <b>Differs:</b> the authors let the model write the
 * alternatives itself before the run; small models can't, so here they are given.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss loss on the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 * @param beta β
 * @param alternatives file with alternative answers
 */
@Choice(value = "altpo", summary = "prefers plausible other answers to the answers")
public record AltPo(
    double forgetWeight,
    double retainWeight,
    RetainLoss retainLoss,
    @Nullable Double retainBound,
    @Setting(value = "0.1", range = "> 0", unit = "1/nats", reason = LogSigmoid.BETA) double beta,
    @Setting(
            unit = "path",
            reason =
                "Plausible other answers that the model should give: rows of {id or question, "
                    + "answer}, or answers: a list. Every sample to forget needs one; each draw "
                    + "of it gets one newly chosen from its own. Don't use TOFU's perturbed "
                    + "answers: the truth ratio is computed from them, so it would judge the "
                    + "model by what it was trained on.")
        @Nullable String alternatives)
    implements UnlearningMethod, SelfChecking {
  @Override
  public Objective objective(Drawn drawn, UpdateSize size, Reference reference) {
    return Dpo.preference(drawn, reference, beta, forgetWeight / size.sequences());
  }

  @Override
  public RefusalUse refusalUse() {
    return RefusalUse.BESIDE;
  }

  @Override
  public boolean needsModel() {
    // Which alternative goes with a sample is only known once the sample is drawn.
    return true;
  }

  @Override
  public String studyObstacle() {
    return "compares alternatives with the answers, so no update depends on one sample alone";
  }

  /** Reports that the alternatives are missing. */
  @Override
  public void check(String section, Faults faults) {
    faults.require(
        alternatives != null,
        section + ".alternatives",
        ": missing; %s.name = altpo needs a file of other answers to the forget questions"
            .formatted(section),
        section + ".name");
  }
}
