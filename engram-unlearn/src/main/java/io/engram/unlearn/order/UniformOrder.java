package io.engram.unlearn.order;

import io.engram.core.random.RandomStream;

/**
 * Every sample once an epoch, in a new random order each time: what the baselines of the paper do.
 * From stream (seed, "order", epoch, 0).
 */
public final class UniformOrder implements SampleOrder {
  private final int size;
  private final long seed;

  /** For a forget set of this size. */
  public UniformOrder(int size, long seed) {
    this.size = size;
    this.seed = seed;
  }

  @Override
  public int[] epoch(int epoch) {
    return RandomStream.of(seed, "order", epoch, 0).permutation(size);
  }
}
