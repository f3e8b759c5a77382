package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;
import org.jspecify.annotations.Nullable;

/**
 * Preference optimisation by rejection: {@code w_f · L(F with refusals)}, descent on the forget
 * questions with "I don't know" for an answer. A new refusal is drawn each time a sample is drawn.
 *
 * <p><b>Source:</b> Maini et al. 2024 ("idk"); the paper's PO, Table 3. <b>Differs:</b> forget and
 * retain terms are each a mean over their own tokens, where the TOFU repository takes one mean over
 * both together.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss what holds the retain set
 * @param refusals which refusals, null: the TOFU authors'
 */
@Choice(value = "po", summary = "answers become refusals")
public record PreferenceOptimization(
    double forgetWeight, double retainWeight, RetainLoss retainLoss, @Nullable String refusals)
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
    return "puts refusals in the answers' place, so that no update is spent on one sample alone";
  }
}
