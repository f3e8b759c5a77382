package io.engram.unlearn.stop;

import io.engram.core.settings.Choice;
import org.jspecify.annotations.Nullable;

/**
 * Ends the run when its samples are forgotten by EL and MA; until then every sample can be drawn.
 *
 * <p><b>Source:</b> App. C.4, which defines when a sample is forgotten but not when a run ends.
 * <b>Differs</b> from Jang et al. 2023, who stop when the means over the set are below the
 * thresholds: the means can be low while the model still recites some samples word for word.
 *
 * @param el threshold below which a sample's EL must fall; null: the forget set's mean at the start
 * @param ma the same threshold for MA
 * @param share share of the samples that must be forgotten, (0, 1]
 * @param everyUpdates number of updates between checks; null: check at the end of each epoch
 * @param keep which weights the run leaves
 */
@Choice(value = "el_ma", summary = "also ends it once the samples are forgotten, by EL_10 and MA")
public record ElMaRule(
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
}
