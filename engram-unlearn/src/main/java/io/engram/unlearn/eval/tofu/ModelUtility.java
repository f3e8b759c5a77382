package io.engram.unlearn.eval.tofu;

import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.AverageOf;

/**
 * UT: how much is left of what was to be kept. All in [0, 1], 1 = all of it.
 *
 * <p><b>Source:</b> Table 1, the six columns of the utility and their average. Not TOFU's own model
 * utility, a harmonic mean of nine numbers.
 *
 * @param retain the retain set
 * @param realAuthors questions about real authors
 * @param worldFacts questions about the world
 */
public record ModelUtility(Kept retain, Kept realAuthors, Kept worldFacts) {
  /**
   * What is left of one set.
   *
   * @param accuracy share of samples answered rightly
   * @param rougeRecall mean ROUGE-L recall
   */
  public record Kept(MeanWithError accuracy, MeanWithError rougeRecall) {}

  /** The mean of the six. */
  public MeanWithError average() {
    return AverageOf.of(
        retain.accuracy().n() + realAuthors.accuracy().n() + worldFacts.accuracy().n(),
        retain.accuracy(),
        retain.rougeRecall(),
        realAuthors.accuracy(),
        realAuthors.rougeRecall(),
        worldFacts.accuracy(),
        worldFacts.rougeRecall());
  }
}
