package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;
import org.jspecify.annotations.Nullable;

/**
 * Gradient ascent: minimises {@code −w_f · L(F)}, with L the mean −log p over the labelled tokens
 * of the forget batch. With uniform order this is the paper's SGA, with MRD order its CGA (Alg. 2).
 *
 * <p><b>Source:</b> Jang et al. 2023; the paper's Section 3.4.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss loss on the retain set
 * @param retainBound as in {@link UnlearningMethod#retainBound}
 */
@Choice(value = "ga", summary = "ascent on the forget set")
public record GradientAscent(
    double forgetWeight,
    @Setting.Default("0") double retainWeight,
    RetainLoss retainLoss,
    @Nullable Double retainBound)
    implements LogProbMethod {
  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    return new TokenMeanNll(-forgetWeight, size.tokens());
  }
}
