package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;
import org.jspecify.annotations.Nullable;

/**
 * Preference optimisation by rejection: {@code w_f · L(F with refusals)}, descent on the forget
 * questions answered with "I don't know" or the like. Each draw of a sample gets a newly chosen
 * refusal. It hides what the model knows and doesn't erase it: see docs/methods.md.
 *
 * <p><b>Source:</b> Maini et al. 2024 ("idk"); the paper's PO, Table 3. <b>Differs:</b> forget and
 * retain terms are each a mean over their own tokens; the TOFU repository takes one mean over both
 * together.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss loss on the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 * @param refusals list of refusals; null: the TOFU authors'
 */
@Choice(value = "po", summary = "trains the model to refuse the forget questions")
public record PreferenceOptimization(
    double forgetWeight,
    double retainWeight,
    RetainLoss retainLoss,
    @Nullable Double retainBound,
    @Nullable String refusals)
    implements LogProbMethod {
  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    return new TokenMeanNll(forgetWeight, size.tokens());
  }

  @Override
  public RefusalUse refusalUse() {
    return RefusalUse.INSTEAD;
  }

  @Override
  public String studyObstacle() {
    return "replaces the answers by refusals, so no update depends on one sample alone";
  }
}
