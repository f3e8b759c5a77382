package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Faults;
import io.engram.core.settings.SelfChecking;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.GradientRule;
import io.engram.model.train.SequenceLoss;

/**
 * Gradient rectified unlearning, over gradient ascent: the update's gradient is {@code g_F − min(0,
 * g_F · g_R)/‖g_R‖² · g_R}, g_F of −w_f L(F) and g_R of the retain loss: the gradient nearest to
 * g_F that to first order doesn't raise the retain loss. The retain loss itself isn't minimised.
 *
 * <p><b>Source:</b> Wang et al. 2025, "GRU: Mitigating the Trade-off between Unlearning and
 * Retention". <b>Differs:</b> g_R is of the update's own retain batch, without a moving average.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss what holds the retain set
 */
@Choice(value = "gru", summary = "ascent without what harms the retain set")
public record Gru(double forgetWeight, double retainWeight, RetainLoss retainLoss)
    implements LogProbMethod, SelfChecking {
  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    return new TokenMeanNll(-forgetWeight, size.tokens());
  }

  @Override
  public GradientRule gradientRule() {
    return products -> {
      boolean conflict = products.between() < 0 && products.retain() > 0;
      double cut = conflict ? products.between() / products.retain() : 0;
      return new GradientRule.Coefficients(1, -cut);
    };
  }

  @Override
  public void check(String section, Faults faults) {
    UnlearningMethod.requireBothGradients(this, section, faults);
  }

  @Override
  public String studyObstacle() {
    return "needs a retain set in each update, and a study has none";
  }
}
