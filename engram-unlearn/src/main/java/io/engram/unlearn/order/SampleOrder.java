package io.engram.unlearn.order;

import io.engram.core.settings.Setting;
import io.engram.unlearn.difficulty.DifficultyScore;
import org.jspecify.annotations.Nullable;

/**
 * Decides which samples of the forget set an epoch visits and how much each of them counts. An
 * order that treats samples unequally gives each a weight; the weight becomes draws or a factor of
 * the sample's loss, as {@link #apply} says. To add an order, write a record of its options with a
 * {@link io.engram.core.settings.Choice} and add a line to {@link Orders}.
 */
public interface SampleOrder {
  /** Whether samples are drawn with replacement. */
  @Setting(
      value = "false",
      reason =
          "true: draws with replacement, as in Algorithm 2, so chance decides whether a sample is "
              + "seen in an epoch at all. false: a sample whose weight asks for n draws of an "
              + "epoch gets n, rounded up or down at random; with equal weights each sample is "
              + "seen once.")
  boolean replacement();

  /** What an order's weights do. */
  enum Apply {
    /** A sample is drawn as often as its weight says. */
    DRAWS,
    /** Every sample is drawn equally often; its forget loss is multiplied by its weight. */
    LOSS
  }

  /** What the weights do. */
  @Setting(
      value = "draws",
      reason =
          "What a sample's weight does. draws: the sample is drawn more or less often; loss: all "
              + "are drawn equally often, and the sample's forget loss is multiplied by the "
              + "weight, whose mean over the samples still drawn is 1.")
  default Apply apply() {
    return Apply.DRAWS;
  }

  /** Whether the weights go to other samples at random. */
  @Setting(
      value = "false",
      reason =
          "true: gives the weights to other samples, at random, among those still drawn. This is"
              + " the control that tells whether the right samples have the large weights, or"
              + " whether any would do.")
  default boolean shuffle() {
    return false;
  }

  /** Which sample to keep goes with a drawn sample. */
  enum Pair {
    /** Any of the retain set, with replacement. */
    RANDOM,
    /** One of the eight nearest to it. */
    NEAREST
  }

  /** Which sample to keep goes with a drawn sample. */
  @Setting(
      value = "random",
      reason =
          "Which sample to keep goes with each drawn sample. random: any of the retain set; "
              + "nearest: one of the eight whose mean hidden state before the first update is "
              + "nearest to the drawn sample's.")
  Pair pair();

  /**
   * How much each sample counts, w_i; only ratios matter.
   *
   * @return {@code [N]}, none negative; empty if all count the same
   */
  default double[] weights(Standing now) {
    return new double[0];
  }

  /** Whether the weights follow from how far each sample is from being forgotten. */
  default boolean usesLevel() {
    return false;
  }

  /** Whether the weights follow from the samples' log-probabilities during the run. */
  default boolean usesLogProbs() {
    return usesLevel();
  }

  /** Whether the weights follow from the method's loss of each sample at its last draw. */
  default boolean usesLosses() {
    return false;
  }

  /**
   * The mean loss at which a sample counts as forgotten, nats a token; 0: what the run's stopping
   * rule says.
   */
  @Setting(
      value = "auto",
      range = "> 0",
      auto = true,
      unit = "nats a token",
      reason =
          "L*: the mean loss at which a sample has nothing left to forget. auto: each sample's own "
              + "limit where stop.rule compares with samples never seen.")
  default double until() {
    return 0;
  }

  /**
   * The samples of an epoch; a pure function of its arguments.
   *
   * @param epoch from 0
   * @param pool indices of the samples to draw from, at least one
   * @param draws draws per epoch: the size of the forget set
   * @param seed names the streams (seed, "order", epoch, …)
   * @param weights of all samples, by {@link #weights}; empty if all count the same
   * @return indices of samples, {@code [draws]}
   */
  default int[] epoch(int epoch, int[] pool, int draws, long seed, double[] weights) {
    boolean equal = weights.length == 0 || apply() == Apply.LOSS;
    double[] own = equal ? Draws.equal(pool.length) : Draws.within(weights, pool);
    return Draws.of(own, replacement(), epoch, pool, draws, seed);
  }

  /** The difficulty score that the order uses; null if it uses none. */
  default @Nullable DifficultyScore estimator() {
    return null;
  }

  /** After how many epochs the score is measured again; 0: only once, at the start. */
  default int refreshEpochs() {
    return 0;
  }
}
