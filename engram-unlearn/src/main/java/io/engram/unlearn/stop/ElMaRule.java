package io.engram.unlearn.stop;

import io.engram.core.settings.Choice;
import org.jspecify.annotations.Nullable;

/**
 * The run ends when its samples are forgotten by EL and MA; all of them are drawn from until then.
 *
 * <p><b>Source:</b> App. C.4, which says when a sample is forgotten and not when a run ends.
 * <b>Differs</b> from Jang et al. 2023, who stop when the means over the set are below the
 * thresholds: means can be low while some samples are held word for word.
 *
 * @param el a sample's EL has to come below this; null: the forget set's mean at the start
 * @param ma the same of its MA
 * @param share of the samples that has to be forgotten, (0, 1]
 * @param everyUpdates how often samples are looked at; null: at the end of each epoch
 */
@Choice(value = "el_ma", summary = "also when its samples are forgotten, by EL_10 and MA")
public record ElMaRule(
    @Nullable Double el, @Nullable Double ma, double share, @Nullable Integer everyUpdates)
    implements StoppingRule {
  /** 0.55 · 100 is a little more than 55. */
  private static final double ROUNDING = 1e-9;

  @Override
  public boolean looks() {
    return true;
  }

  @Override
  public boolean ends(boolean[] forgotten) {
    return isReached(share, forgotten);
  }

  /** Whether this share of the samples is forgotten. */
  static boolean isReached(double share, boolean[] forgotten) {
    return StoppingRule.count(forgotten) >= share * forgotten.length - ROUNDING;
  }
}
