package io.engram.unlearn.order;

import io.engram.core.random.RandomStream;

/**
 * Every sample once an epoch, in a new random order each time: the paper's SGA and every method
 * without "+ MRD".
 *
 * @param size number of samples
 * @param seed names the stream (seed, "order", epoch, 0)
 */
public record UniformOrder(int size, long seed) implements SampleOrder {
  @Override
  public int[] epoch(int epoch) {
    return RandomStream.of(seed, "order", epoch, 0).permutation(size);
  }
}
