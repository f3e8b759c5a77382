package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Faults;
import io.engram.core.settings.SelfChecking;
import io.engram.core.settings.Setting;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.GradientRule;
import io.engram.model.train.SequenceLoss;

/**
 * Normalised gradient difference: the update's gradient is {@code w_f g_F/‖g_F‖ + w_r g_R/‖g_R‖},
 * g_F of −L(F) and g_R of the retain loss, so that neither outweighs the other whatever its size.
 *
 * <p>Every few updates the learning rate is fitted anew: the step that the optimizer would make is
 * tried forwards and backwards, and its length set to where the parabola through the retain loss at
 * the three points is lowest.
 *
 * <p><b>Source:</b> Jin et al. 2025, "Unlearning as multi-task optimization". <b>Differs:</b>
 * weights, 1 as published; the fitted length scales the schedule's rate until the next fit.
 *
 * @param forgetWeight w_f
 * @param retainWeight w_r
 * @param retainLoss what holds the retain set
 * @param fitUpdates every so many updates the learning rate is fitted; 0: never
 */
@Choice(value = "ngdiff", summary = "both gradients normalised")
public record NgDiff(
    double forgetWeight,
    double retainWeight,
    RetainLoss retainLoss,
    @Setting(
            value = "10",
            range = ">= 0",
            unit = "updates",
            reason =
                "The learning rate is fitted every so many updates, by the retain loss after a"
                    + " trial step forwards and one backwards. 0: never.")
        int fitUpdates)
    implements LogProbMethod, SelfChecking {
  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    return new TokenMeanNll(-1, size.tokens());
  }

  @Override
  public GradientRule gradientRule() {
    return products ->
        new GradientRule.Coefficients(
            forgetWeight * inverseRoot(products.forget()),
            retainWeight * inverseRoot(products.retain()));
  }

  /** 1/‖g‖; 0 where there is no gradient. */
  private static double inverseRoot(double squares) {
    return squares == 0 ? 0 : 1 / Math.sqrt(squares);
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
