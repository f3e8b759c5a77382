package io.engram.unlearn.mrd;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The inputs from which an {@link Estimator} makes its noise draws: samples under a model, the size
 * of the noise, and the names of the streams.
 *
 * @param scorer the samples under noise, numbered from 0
 * @param gradients the same samples' gradients
 * @param samples N
 * @param sigma σ, the standard deviation of the noise, in units of the parameters
 * @param budget how many draws there may be
 * @param seed the run's seed; with {@code epoch} and the estimator's own purpose it names the
 *     streams of noise, so that any draw can be repeated
 * @param epoch the epoch, from 0, before which to measure
 */
public record DrawRequest(
    NoisyScorer scorer,
    GradientScorer gradients,
    int samples,
    double sigma,
    Budget budget,
    long seed,
    int epoch) {
  /**
   * Checks σ.
   *
   * @throws EngramException if it is not a number above 0
   */
  public DrawRequest {
    require(sigma > 0 && Double.isFinite(sigma), "sigma", sigma, "a number above 0");
  }

  /** The same request at another σ. */
  public DrawRequest at(double other) {
    return new DrawRequest(scorer, gradients, samples, other, budget, seed, epoch);
  }

  /** The indices of all samples. */
  public int[] all() {
    return IntStream.range(0, samples).toArray();
  }

  /** ℓ_t of all samples without noise, scored together; nats. */
  public List<double[]> plain() {
    return scorer.logProbs(all(), stream("mrd-plain", 0), 0);
  }

  /** Stream (seed, purpose, epoch, index). */
  public RandomStream stream(String purpose, long index) {
    return RandomStream.of(seed, purpose, epoch, index);
  }

  /**
   * How many draws to make.
   *
   * @param draws K, the number of passes with noise per sample, or their maximum; an antithetic
   *     pair is two
   * @param auto whether to stop earlier, once the ranking is stable
   * @param stableTau the expected Kendall τ at which it counts as stable ({@link StableRanking})
   */
  public record Budget(int draws, boolean auto, double stableTau) {
    /**
     * Checks K.
     *
     * @throws EngramException if it is below 1
     */
    public Budget {
      require(draws >= 1, "draws", draws, "1 or more");
    }

    /** A fixed number of draws. */
    public static Budget of(int draws) {
      return new Budget(draws, false, 1);
    }

    /** The same with no more than this many draws, if their number is left open. */
    public Budget atMost(int most) {
      return auto && most < draws ? new Budget(most, true, stableTau) : this;
    }

    /**
     * Checks that the number of draws is even.
     *
     * @param estimator the name for the message
     * @throws EngramException if their number is odd
     */
    public void requirePairs(String estimator) {
      if (draws % 2 != 0) {
        throw EngramException.usage(
            "order.estimator.%s = %d: must be even with order.estimator.name = %s, since each pair takes two passes"
                .formatted(auto ? "max_draws" : "draws", draws, estimator));
      }
    }
  }

  private static void require(boolean holds, String key, Number value, String right) {
    if (!holds) {
      throw EngramException.usage(
          "order.estimator.%s = %s: must be %s".formatted(key, value, right));
    }
  }
}
