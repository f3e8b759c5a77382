package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.GradientRule;
import io.engram.model.train.SequenceLoss;

/**
 * Normalised gradient difference: the update's gradient is {@code w_f g_F/‖g_F‖ + w_r g_R/‖g_R‖},
 * with g_F the gradient of −L(F) and g_R that of the retain loss, so that neither outweighs the
 * other.
 *
 * <p>Every few updates the learning rate is fitted again: the optimizer's step is tried forwards
 * and backwards, and its length is set to the minimum of the parabola through the retain loss at
 * the three points.
 *
 * <p><b>Source:</b> Jin et al. 2025, "Unlearning as multi-task optimization". <b>Differs:</b> w_f
 * and w_r can be set (1 as published); the fitted length scales the schedule's rate until the next
 * fit.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss loss on the retain set
 * @param fitUpdates fit the learning rate every this many updates; 0: never
 */
@Choice(value = "ngdiff", summary = "sum of the normalised forget and retain gradients")
public record NgDiff(
    double forgetWeight,
    double retainWeight,
    RetainLoss retainLoss,
    @Setting(
            value = "10",
            range = ">= 0",
            unit = "updates",
            reason =
                "Fits the learning rate every this many updates, by the retain loss after a "
                    + "trial step forwards and one backwards. 0: never, which is faster.")
        int fitUpdates)
    implements LogProbMethod.OfBothGradients {
  @Override
  public double share(TokenizedSample sample, UpdateSize size) {
    return sample.labels() / (double) size.tokens();
  }

  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    return new TokenMeanNll(-1, size.tokens());
  }

  @Override
  public GradientRule gradientRule() {
    return products ->
        new GradientRule.Coefficients(
            forgetWeight * inverseRoot(products.forget()),
            products.hasRetain() ? retainWeight * inverseRoot(products.retain()) : 0);
  }

  /** 1/‖g‖; 0 if the gradient is zero. */
  private static double inverseRoot(double squares) {
    return squares == 0 ? 0 : 1 / Math.sqrt(squares);
  }
}
