package io.engram.unlearn.order;

import io.engram.unlearn.difficulty.DifficultyScore;
import org.jspecify.annotations.Nullable;

/**
 * Decides which samples of the forget set an epoch visits, and in which order. To add an order,
 * write a record of its options with a {@link io.engram.core.settings.Choice} and add a line to
 * {@link Orders}.
 */
public interface SampleOrder {
  /**
   * The samples of an epoch; a pure function of its arguments.
   *
   * @param epoch from 0
   * @param pool indices of the samples to draw from, at least one
   * @param draws draws per epoch: the size of the forget set
   * @param seed names the streams (seed, "order", epoch, …)
   * @param probabilities probability of each sample of the forget set, from the order's score;
   *     empty if it has none
   * @return indices of samples, {@code [draws]}
   */
  int[] epoch(int epoch, int[] pool, int draws, long seed, double[] probabilities);

  /** The difficulty score that the order uses; null if it uses none. */
  default @Nullable DifficultyScore estimator() {
    return null;
  }

  /** After how many epochs the score is measured again; 0: only once, at the start. */
  default int refreshEpochs() {
    return 0;
  }
}
