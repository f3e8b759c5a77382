package io.engram.unlearn.order;

import io.engram.core.random.RandomStream;
import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import java.util.Arrays;

/**
 * Visits every sample once per epoch, in a new random order each time, as the paper's baselines do.
 * If an epoch makes more draws than there are samples left, it goes through them in several rounds,
 * each in its own order. Round r uses stream (seed, "order", epoch, r).
 *
 * @param replacement whether to draw with replacement, each sample with {@code p_i = 1/size}: what
 *     {@link MrdOrder} does if all MRD are equal, from the same stream. This is the control for MRD
 *     order: only the probabilities differ
 */
@Choice(value = "uniform", summary = "a new permutation each epoch")
public record UniformOrder(
    @Setting(
            value = "false",
            reason =
                "true: draws with replacement, each sample with probability 1/n; an epoch still "
                    + "makes n draws. Use it as the control for mrd, which also draws with "
                    + "replacement: the two then differ only in the probabilities.")
        boolean replacement)
    implements SampleOrder {
  @Override
  public int[] epoch(int epoch, int[] pool, int draws, long seed, double[] probabilities) {
    int[] drawn;
    if (replacement) {
      double[] equal = new double[pool.length];
      Arrays.fill(equal, 1);
      drawn = new WeightedDraws(equal).epoch(epoch, draws, seed);
    } else {
      drawn = rounds(epoch, pool.length, draws, seed);
    }
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
