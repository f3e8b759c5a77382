package io.engram.unlearn.order;

import io.engram.core.random.RandomStream;
import java.util.Arrays;

/**
 * Every sample once an epoch, in a new random order each time: what the baselines of the paper do.
 * Where an epoch draws more often than there are samples left to draw from, round after round of
 * them, each in an order of its own. Round r is from stream (seed, "order", epoch, r).
 */
public final class UniformOrder implements SampleOrder {
  private final int size;
  private final int draws;
  private final long seed;

  /** For a forget set of this size. */
  public UniformOrder(int size, long seed) {
    this(size, size, seed);
  }

  /**
   * For so many samples of a forget set.
   *
   * @param size at least 1
   * @param draws of an epoch
   */
  public UniformOrder(int size, int draws, long seed) {
    this.size = size;
    this.draws = draws;
    this.seed = seed;
  }

  /**
   * Every draw of all samples, {@code p_i = 1/size} each: what {@link MrdOrder} does where all MRD
   * are equal, from the same stream. The control for it, which differs in the chances alone.
   *
   * @param size at least 1
   * @param draws of an epoch
   */
  public static SampleOrder withReplacement(int size, int draws, long seed) {
    double[] equal = new double[size];
    Arrays.fill(equal, 1);
    return MrdOrder.of(equal, draws, seed);
  }

  @Override
  public int[] epoch(int epoch) {
    int[] drawn = new int[draws];
    for (int round = 0; round * size < draws; round++) {
      int from = round * size;
      int[] order = RandomStream.of(seed, "order", epoch, round).permutation(size);
      System.arraycopy(order, 0, drawn, from, Math.min(size, draws - from));
    }
    return drawn;
  }
}
