package io.engram.unlearn.stop;

/**
 * The run ends when its samples are forgotten by EL and MA; all of them are drawn from until then.
 *
 * <p><b>Source:</b> App. C.4, which says when a sample is forgotten and not when a run ends.
 * <b>Differs</b> from Jang et al. 2023, who stop when the means over the set are below the
 * thresholds: means can be low while some samples are held word for word.
 *
 * @param share of the samples that has to be forgotten, (0, 1]
 */
record ElMaRule(double share) implements StoppingRule {
  /** 0.55 · 100 is a little more than 55. */
  private static final double ROUNDING = 1e-9;

  @Override
  public String name() {
    return "el_ma";
  }

  @Override
  public boolean looks() {
    return true;
  }

  @Override
  public int[] pool(boolean[] forgotten) {
    return StoppingRule.all(forgotten);
  }

  @Override
  public boolean ends(boolean[] forgotten) {
    return StoppingRule.count(forgotten) >= share * forgotten.length - ROUNDING;
  }
}
