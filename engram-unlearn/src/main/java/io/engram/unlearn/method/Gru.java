package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.GradientRule;
import io.engram.model.train.SequenceLoss;

/**
 * Gradient rectified unlearning, applied to gradient ascent. The update's gradient is {@code g_F −
 * min(0, g_F · g_R)/‖g_R‖² · g_R}, with g_F the gradient of −w_f L(F) and g_R that of the retain
 * loss. It is the gradient nearest to g_F that to first order does not raise the retain loss. The
 * retain loss itself is not minimised.
 *
 * <p><b>Source:</b> Wang et al. 2025, "GRU: Mitigating the Trade-off between Unlearning and
 * Retention". <b>Differs:</b> g_R comes from the update's own retain batch, without a moving
 * average; one that is rounding has no direction to heed.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss loss on the retain set
 */
@Choice(value = "gru", summary = "ascent, minus the part of the gradient that harms the retain set")
public record Gru(double forgetWeight, double retainWeight, RetainLoss retainLoss)
    implements LogProbMethod.OfBothGradients {
  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    return new TokenMeanNll(-forgetWeight, size.tokens());
  }

  @Override
  public GradientRule gradientRule() {
    return products -> {
      boolean conflict = products.between() < 0 && products.hasRetain();
      double cut = conflict ? products.between() / products.retain() : 0;
      return new GradientRule.Coefficients(1, -cut);
    };
  }
}
