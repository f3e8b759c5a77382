package io.engram.unlearn.mrd;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What an {@link Estimator} makes its draws from: samples under a model, the size of the noise, and
 * the names of the streams.
 *
 * @param scorer the samples under noise, numbered from 0
 * @param gradients the same samples' gradients
 * @param samples N
 * @param sigma σ, the noise's standard deviation, in units of the parameters
 * @param budget how many draws there may be
 * @param seed the run's; with {@code epoch} and the estimator's own purpose it names the streams of
 *     noise, so that any draw can be made again
 * @param epoch before which epoch, from 0
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
   * @throws EngramException if it isn't a number above 0
   */
  public DrawRequest {
    require(sigma > 0 && Double.isFinite(sigma), "sigma", sigma, "a number above 0");
  }

  /** The same at another σ. */
  public DrawRequest at(double other) {
    return new DrawRequest(scorer, gradients, samples, other, budget, seed, epoch);
  }

  /** The numbers of all samples. */
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
   * How many draws are made.
   *
   * @param draws K, perturbed passes a sample, or the most there may be; an antithetic pair is two
   * @param auto whether to stop earlier, once the ranking is stable
   * @param stableTau the expected Kendall τ at which it is ({@link StableRanking})
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

    /**
     * Checks that the draws come in pairs.
     *
     * @param estimator whose name the message has
     * @throws EngramException if their number is odd
     */
    public void requirePairs(String estimator) {
      if (draws % 2 != 0) {
        throw EngramException.usage(
            "order.estimator.%s = %d: must be even with order.estimator.name = %s, whose pairs are two passes"
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
