package io.engram.unlearn.stop;

import io.engram.core.settings.Choice;
import org.jspecify.annotations.Nullable;

/**
 * Stops drawing a sample while it is forgotten, and draws it again if it recovers. The run ends as
 * with {@link ElMaRule}: with a share of 1, when no sample is left to draw.
 *
 * <p><b>Source:</b> the constraint of Eq. 2, which applies to each sample.
 *
 * @param el threshold below which a sample's EL must fall; null: the forget set's mean at the start
 * @param ma the same threshold for MA
 * @param share share of the samples that must be forgotten, (0, 1]
 * @param everyUpdates number of updates between checks; null: check at the end of each epoch
 * @param keep which weights the run leaves
 */
@Choice(
    value = "per_sample",
    summary = "like el_ma, and forgotten samples are not drawn unless they recover")
public record PerSampleRule(
    @Nullable Double el,
    @Nullable Double ma,
    double share,
    @Nullable Integer everyUpdates,
    Keep keep)
    implements StoppingRule {
  @Override
  public Standard standard() {
    return Standard.EL_MA;
  }

  @Override
  public int[] pool(boolean[] forgotten) {
    return StoppingRule.left(forgotten);
  }
}
