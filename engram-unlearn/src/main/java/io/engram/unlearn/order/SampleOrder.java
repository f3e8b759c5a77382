package io.engram.unlearn.order;

import io.engram.unlearn.difficulty.DifficultyScore;
import org.jspecify.annotations.Nullable;

/**
 * Which samples of the forget set an epoch visits, and when, as a record of the order's options. An
 * order is its record with a {@link io.engram.core.settings.Choice} and a line in {@link Orders}.
 */
public interface SampleOrder {
  /**
   * The samples of an epoch; a pure function of what is given.
   *
   * @param epoch from 0
   * @param pool indices of the samples that are drawn from, at least one
   * @param draws of an epoch: the size of the forget set
   * @param seed names the streams (seed, "order", epoch, …)
   * @param probabilities of each sample of the forget set, made of the order's score; empty where
   *     it has none
   * @return indices of samples, {@code [draws]}
   */
  int[] epoch(int epoch, int[] pool, int draws, long seed, double[] probabilities);

  /** The score that it goes by; null: none. */
  default @Nullable DifficultyScore estimator() {
    return null;
  }

  /** The score is measured anew every so many epochs; 0: once, at the start. */
  default int refreshEpochs() {
    return 0;
  }
}
