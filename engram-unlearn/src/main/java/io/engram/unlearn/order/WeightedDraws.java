package io.engram.unlearn.order;

import io.engram.core.random.RandomStream;
import java.util.Arrays;

/** Draws with replacement, each sample with its probability. */
final class WeightedDraws {
  private final double[] cumulative;

  /**
   * Prepares draws with these probabilities.
   *
   * @param probabilities {@code [N]}, at least one; they need not sum to 1
   * @throws IllegalArgumentException if one is negative or not finite, or all are 0
   */
  WeightedDraws(double[] probabilities) {
    cumulative = new double[probabilities.length];
    double sum = 0;
    for (int i = 0; i < probabilities.length; i++) {
      if (!(probabilities[i] >= 0) || Double.isInfinite(probabilities[i])) {
        throw new IllegalArgumentException("probability " + i + " is " + probabilities[i]);
      }
      sum += probabilities[i];
      cumulative[i] = sum;
    }
    if (!(sum > 0)) {
      throw new IllegalArgumentException("the probabilities sum to " + sum);
    }
  }

  /** The draws of an epoch, from stream (seed, "order", epoch, 0). */
  int[] epoch(int epoch, int draws, long seed) {
    RandomStream random = RandomStream.of(seed, "order", epoch, 0);
    int[] drawn = new int[draws];
    Arrays.setAll(drawn, i -> draw(random.nextDouble() * cumulative[cumulative.length - 1]));
    return drawn;
  }

  /** The first sample whose cumulative probability is above {@code point}: never one of p = 0. */
  private int draw(double point) {
    int found = Arrays.binarySearch(cumulative, point);
    if (found < 0) {
      return -found - 1;
    }
    while (found < cumulative.length - 1 && cumulative[found] <= point) {
      found++;
    }
    return found;
  }
}
