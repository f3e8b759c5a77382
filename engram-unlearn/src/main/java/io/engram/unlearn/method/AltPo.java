package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Faults;
import io.engram.core.settings.SelfChecking;
import io.engram.core.settings.Setting;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import org.jspecify.annotations.Nullable;

/**
 * Alternate preference optimisation: {@link Dpo} with a plausible other answer in the refusal's
 * place, {@code −w_f (2/β) mean_F log σ(β (r(alternative) − r(answer)))}. The alternatives come
 * from a file, or the model writes them before the run; several a sample, and each draw of a sample
 * gets a newly chosen one. It teaches invented facts: see docs/methods.md.
 *
 * <p><b>Source:</b> Mekala et al. 2025, "Alternate Preference Optimization for Unlearning Factual
 * Knowledge in Large Language Models", in which the model writes five a sample. <b>Differs:</b> the
 * words in which it is asked to are Engram's own.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss loss on the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 * @param beta β
 * @param alternatives file with alternative answers; null: the model writes them
 * @param sampledAlternatives how many the model writes for each sample; 0: they are in the file
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
        @Nullable String alternatives,
    @Setting(
            value = "0",
            range = ">= 0",
            unit = "answers",
            reason =
                "How many other answers the model itself writes for each sample before the run, "
                    + "where no file gives them: drawn at temperature 1, in its chat template if "
                    + "it has one. Its authors use 5. Small models and models that weren't "
                    + "trained to follow instructions write nothing usable; the run then says so "
                    + "and doesn't start.")
        int sampledAlternatives)
    implements UnlearningMethod, SelfChecking {
  @Override
  public double share(TokenizedSample sample, UpdateSize size) {
    return forgetWeight / size.sequences();
  }

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

  /** Reports that the alternatives are missing, or come from two places. */
  @Override
  public void check(String section, Faults faults) {
    faults.require(
        alternatives != null || sampledAlternatives > 0,
        section + ".alternatives",
        ": missing; %1$s.name = altpo needs a file of other answers to the forget questions, or %1$s.sampled_alternatives: 5 to let the model write them"
            .formatted(section),
        section + ".name");
    faults.require(
        alternatives == null || sampledAlternatives == 0,
        section + ".sampled_alternatives",
        " = %d: the alternatives are in %s.alternatives = %s; set only one of the two"
            .formatted(sampledAlternatives, section, alternatives),
        section + ".alternatives");
  }
}
