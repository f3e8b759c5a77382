package io.engram.unlearn.stop;

import io.engram.core.settings.Choice;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A forgotten sample isn't drawn while it stays forgotten; one that recovers is drawn again. The
 * run ends as with {@link ElMaRule}, so with a share of 1 when none is left.
 *
 * <p><b>Source:</b> the constraint of Eq. 2, which is asked of each sample.
 *
 * @param el a sample's EL has to come below this; null: the forget set's mean at the start
 * @param ma the same of its MA
 * @param share of the samples that has to be forgotten, (0, 1]
 * @param everyUpdates how often samples are looked at; null: at the end of each epoch
 */
@Choice(
    value = "per_sample",
    summary = "the same, and forgotten samples aren't drawn until they recover")
public record PerSampleRule(
    @Nullable Double el, @Nullable Double ma, double share, @Nullable Integer everyUpdates)
    implements StoppingRule {
  @Override
  public boolean looks() {
    return true;
  }

  @Override
  public int[] pool(boolean[] forgotten) {
    return IntStream.range(0, forgotten.length).filter(i -> !forgotten[i]).toArray();
  }

  @Override
  public boolean ends(boolean[] forgotten) {
    return ElMaRule.isReached(share, forgotten);
  }
}
