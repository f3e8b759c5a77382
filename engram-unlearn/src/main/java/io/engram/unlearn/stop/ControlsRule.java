package io.engram.unlearn.stop;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import org.jspecify.annotations.Nullable;

/**
 * Draws a sample until the model knows it no better than samples that it never saw ({@code
 * controls.data}), and again if it recovers, so that nothing is pushed further than needed. A
 * sample that the model doesn't know to begin with is never drawn. The run ends when a share of the
 * samples is that far.
 *
 * <p><b>Source:</b> the constraint of Eq. 2, with the thresholds taken from the model itself:
 * {@link io.engram.unlearn.eval.memorization.NeverSeen}.
 *
 * @param share share of the samples that must be forgotten, (0, 1]
 * @param everyUpdates number of updates between checks; null: check once all that are left have
 *     been drawn
 * @param keep which weights the run leaves
 * @param margin how far below the range a sample's mean log-probability has to be, nats a token
 * @param answers whether the model's own answer may not give a forgotten sample's fact away
 */
@Choice(
    value = "controls",
    summary = "draws a sample until it is known no better than samples never seen")
public record ControlsRule(
    double share,
    @Nullable Integer everyUpdates,
    @Setting.Default("best") Keep keep,
    double margin,
    boolean answers)
    implements StoppingRule {
  @Override
  public Standard standard() {
    return Standard.CONTROLS;
  }

  @Override
  public int[] pool(boolean[] forgotten) {
    return StoppingRule.left(forgotten);
  }
}
