package io.engram.unlearn.order;

import io.engram.core.random.RandomStream;
import io.engram.core.settings.Choice;
import java.util.Arrays;

/**
 * Visits every sample once per epoch, in a new random order each time, as the paper's baselines do.
 * If an epoch makes more draws than there are samples left, it goes through them in several rounds,
 * each in its own order. Round r uses stream (seed, "order", epoch, r).
 *
 * <p>With replacement it draws each sample with {@code p_i = 1/size}: what {@link MrdOrder} does
 * with replacement if all MRD are equal, from the same stream. This is the control for Algorithm 2:
 * only the probabilities differ.
 */
@Choice(value = "uniform", summary = "a new permutation each epoch")
public record UniformOrder(boolean replacement, Pair pair) implements SampleOrder {
  @Override
  public int[] epoch(int epoch, int[] pool, int draws, long seed, double[] weights) {
    int[] drawn =
        replacement
            ? Draws.withReplacement(Draws.equal(pool.length), epoch, draws, seed)
            : rounds(epoch, pool.length, draws, seed);
    return Arrays.stream(drawn).map(i -> pool[i]).toArray();
  }

  /** A permutation of {@code size} samples: the order of this epoch. */
  public static int[] permutation(int epoch, int size, long seed) {
    return rounds(epoch, size, size, seed);
  }

  private static int[] rounds(int epoch, int size, int draws, long seed) {
    int[] drawn = new int[draws];
    for (int round = 0; round * size < draws; round++) {
      int from = round * size;
      int[] order = RandomStream.of(seed, "order", epoch, round).permutation(size);
      System.arraycopy(order, 0, drawn, from, Math.min(size, draws - from));
    }
    return drawn;
  }
}
