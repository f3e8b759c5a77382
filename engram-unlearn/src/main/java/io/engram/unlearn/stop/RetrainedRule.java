package io.engram.unlearn.stop;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import org.jspecify.annotations.Nullable;

/**
 * Like {@link ControlsRule}, but stops where a model stands that never saw the samples ({@code
 * eval.retrained}).
 *
 * @param share share of the samples that must be forgotten, (0, 1]
 * @param everyUpdates number of updates between checks; null: check once all that are left have
 *     been drawn
 * @param keep which weights the run leaves
 * @param margin how far below the range a sample's mean log-probability has to be, nats a token
 * @param answers whether the model's own answer may not give a forgotten sample's fact away
 */
@Choice(
    value = "retrained",
    summary = "the same, until it is known no better than to a model that never saw it")
public record RetrainedRule(
    double share,
    @Nullable Integer everyUpdates,
    @Setting.Default("best") Keep keep,
    double margin,
    boolean answers)
    implements StoppingRule {
  @Override
  public Standard standard() {
    return Standard.RETRAINED;
  }

  @Override
  public int[] pool(boolean[] forgotten) {
    return StoppingRule.left(forgotten);
  }
}
