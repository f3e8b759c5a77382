package io.engram.unlearn.method;

import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;

/**
 * Preference optimisation by rejection: {@code w_f · L(F with refusals)}, descent on the forget
 * questions with "I don't know" for an answer. A new refusal is drawn each time a sample is drawn.
 *
 * <p><b>Source:</b> Maini et al. 2024 ("idk"); the paper's PO, Table 3. <b>Differs:</b> forget and
 * retain terms are each a mean over their own tokens, where the TOFU repository takes one mean over
 * both together.
 *
 * @param weight w_f
 */
public record PreferenceOptimization(double weight) implements LogProbMethod {
  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    return new TokenMeanNll(weight, size.tokens());
  }

  @Override
  public RefusalUse refusals() {
    return RefusalUse.INSTEAD;
  }
}
