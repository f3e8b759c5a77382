package io.engram.unlearn.method;

import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;

/**
 * Gradient difference: {@code −w_f · L(F) + w_r · R}, ascent on the forget batch against a retain
 * term R that is L or KL ({@link RetainTerm}).
 *
 * <p><b>Source:</b> Yao et al. 2024, Maini et al. 2024.
 *
 * @param weight w_f
 */
public record GradDiff(double weight) implements LogProbMethod {
  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    return new TokenMeanNll(-weight, size.tokens());
  }
}
