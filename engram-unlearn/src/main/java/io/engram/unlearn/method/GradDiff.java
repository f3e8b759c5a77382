package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;
import org.jspecify.annotations.Nullable;

/**
 * Gradient difference: {@code −w_f · L(F) + w_r · R}, ascent on the forget batch, balanced by a
 * retain term R, which is L or KL ({@link RetainTerm}).
 *
 * <p><b>Source:</b> Yao et al. 2024, Maini et al. 2024.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss loss on the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 */
@Choice(value = "grad_diff", summary = "ascent on the forget set, descent on the retain set")
public record GradDiff(
    double forgetWeight, double retainWeight, RetainLoss retainLoss, @Nullable Double retainBound)
    implements LogProbMethod {
  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    return new TokenMeanNll(-forgetWeight, size.tokens());
  }
}
