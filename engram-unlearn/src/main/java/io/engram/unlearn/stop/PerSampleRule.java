package io.engram.unlearn.stop;

import java.util.stream.IntStream;

/**
 * A forgotten sample isn't drawn while it stays forgotten; one that recovers is drawn again. The
 * run ends as with {@link ElMaRule}, so with a share of 1 when none is left.
 *
 * <p><b>Source:</b> the constraint of Eq. 2, which is asked of each sample.
 *
 * @param share of the samples that has to be forgotten, (0, 1]
 */
record PerSampleRule(double share) implements StoppingRule {
  @Override
  public String name() {
    return "per_sample";
  }

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
    return new ElMaRule(share).ends(forgotten);
  }
}
