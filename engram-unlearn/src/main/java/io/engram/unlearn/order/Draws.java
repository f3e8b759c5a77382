package io.engram.unlearn.order;

import io.engram.core.random.RandomStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The draws of an epoch, by the samples' weights; pure functions. */
public final class Draws {
  private Draws() {}

  /** Equal weights. */
  static double[] equal(int size) {
    double[] weights = new double[size];
    Arrays.fill(weights, 1);
    return weights;
  }

  /**
   * The weights of a pool of samples, {@code w_i / Σ_{j ∈ pool} w_j}; equal if all of them are 0.
   *
   * @param pool indices, at least one
   * @return in the pool's order, summing to 1
   */
  static double[] within(double[] weights, int[] pool) {
    double[] own = Arrays.stream(pool).mapToDouble(i -> weights[i]).toArray();
    double sum = Arrays.stream(own).sum();
    return Arrays.stream(own).map(w -> sum > 0 ? w / sum : 1.0 / own.length).toArray();
  }

  /**
   * The weights as factors of the samples' losses: their mean over the pool is 1.
   *
   * @return {@code [N]}; 1 outside the pool, and everywhere if the pool's weights are all 0
   */
  public static double[] meanOne(double[] weights, int[] pool) {
    double[] factors = equal(weights.length);
    double[] shares = within(weights, pool);
    for (int k = 0; k < pool.length; k++) {
      factors[pool[k]] = shares[k] * pool.length;
    }
    return factors;
  }

  /**
   * The weights, exchanged among the samples of the pool: all samples stand in a ring, in random
   * order from stream (seed, "shuffle"), and each sample of the pool gets the weight of the next
   * one that is in the pool. So the pool keeps its weights, each on another sample, and a sample
   * that leaves the pool changes the weight of one other alone.
   *
   * @param pool indices
   * @return {@code [N]}; as given outside the pool
   */
  public static double[] shuffled(double[] weights, int[] pool, long seed) {
    boolean[] inside = new boolean[weights.length];
    Arrays.stream(pool).forEach(i -> inside[i] = true);
    int[] ring =
        Arrays.stream(RandomStream.of(seed, "shuffle", 0, 0).permutation(weights.length))
            .filter(i -> inside[i])
            .toArray();
    double[] shuffled = weights.clone();
    for (int k = 0; k < ring.length; k++) {
      shuffled[ring[k]] = weights[ring[(k + 1) % ring.length]];
    }
    return shuffled;
  }

  /**
   * The draws of an epoch.
   *
   * @param weights of the pool's samples, as {@link #requireWeights} wants them
   */
  static int[] of(
      double[] weights, boolean replacement, int epoch, int[] pool, int draws, long seed) {
    int[] drawn =
        replacement
            ? withReplacement(weights, epoch, draws, seed)
            : systematic(weights, epoch, draws, seed);
    return Arrays.stream(drawn).map(i -> pool[i]).toArray();
  }

  /**
   * Draws with replacement, sample i with probability {@code w_i / Σ w}, from stream (seed,
   * "order", epoch, 0).
   */
  static int[] withReplacement(double[] weights, int epoch, int draws, long seed) {
    requireWeights(weights);
    double[] cumulative = cumulative(weights);
    RandomStream random = RandomStream.of(seed, "order", epoch, 0);
    int[] drawn = new int[draws];
    double sum = cumulative[cumulative.length - 1];
    Arrays.setAll(drawn, i -> above(cumulative, random.nextDouble() * sum));
    return drawn;
  }

  /** The sum up to each weight, added one by one: the same on any number of cores. */
  static double[] cumulative(double[] weights) {
    double[] sums = weights.clone();
    for (int i = 1; i < sums.length; i++) {
      sums[i] += sums[i - 1];
    }
    return sums;
  }

  /** The first sample whose cumulative weight is above {@code point}: never one of w = 0. */
  private static int above(double[] cumulative, double point) {
    int found = Arrays.binarySearch(cumulative, point);
    if (found < 0) {
      return -found - 1;
    }
    while (found < cumulative.length - 1 && cumulative[found] <= point) {
      found++;
    }
    return found;
  }

  /**
   * Systematic draws: sample i is drawn ⌊n_i⌋ or ⌈n_i⌉ times, {@code n_i = draws · w_i / Σ w}, and
   * n_i times in the mean. The samples are put in random order, from stream (seed, "order", epoch,
   * 0), and their n_i end to end; sample i is drawn once for each whole number that its stretch
   * passes, counted from an offset in [0, 1) from stream (seed, "offset", epoch, 0). Draws of the
   * same sample are spread evenly over the epoch: the k-th of c comes at (k + u_i)/c of it, with
   * u_i the sample's place in the random order. With equal weights and as many draws as samples
   * this is the random order itself.
   */
  static int[] systematic(double[] weights, int epoch, int draws, long seed) {
    requireWeights(weights);
    int size = weights.length;
    double sum = Arrays.stream(weights).sum();
    int[] order = RandomStream.of(seed, "order", epoch, 0).permutation(size);
    double offset = RandomStream.of(seed, "offset", epoch, 0).nextDouble();
    int last = size - 1;
    while (weights[order[last]] == 0) {
      last--;
    }
    record Draw(double place, int sample) {}
    Draw[] drawn = new Draw[draws];
    double passed = 0;
    int made = 0;
    for (int place = 0; place <= last; place++) {
      passed += weights[order[place]];
      int upTo = place == last ? draws : (int) Math.floor(draws * (passed / sum) + offset);
      int count = Math.min(upTo, draws) - made;
      double within = (place + 0.5) / size;
      for (int k = 0; k < count; k++) {
        drawn[made++] = new Draw((k + within) / count, order[place]);
      }
    }
    // Stable: samples at the same place stay in the random order.
    Arrays.sort(drawn, Comparator.comparingDouble(Draw::place));
    return IntStream.range(0, draws).map(i -> drawn[i].sample()).toArray();
  }

  private static void requireWeights(double[] weights) {
    for (int i = 0; i < weights.length; i++) {
      if (!(weights[i] >= 0) || Double.isInfinite(weights[i])) {
        throw new IllegalArgumentException("weight " + i + " is " + weights[i]);
      }
    }
    if (!(Arrays.stream(weights).sum() > 0)) {
      throw new IllegalArgumentException("the weights sum to 0");
    }
  }
}
