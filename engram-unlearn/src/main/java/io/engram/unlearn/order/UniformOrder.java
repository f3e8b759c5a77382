package io.engram.unlearn.order;

import io.engram.core.random.RandomStream;
import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import java.util.Arrays;

/**
 * Every sample once an epoch, in a new random order each time: what the baselines of the paper do.
 * Where an epoch draws more often than there are samples left to draw from, round after round of
 * them, each in an order of its own. Round r is from stream (seed, "order", epoch, r).
 *
 * @param replacement every draw is of all samples, {@code p_i = 1/size} each: what {@link MrdOrder}
 *     does where all MRD are equal, from the same stream. The control for it, which differs in the
 *     chances alone
 */
@Choice(value = "uniform", summary = "a new permutation each epoch")
public record UniformOrder(
    @Setting(
            value = "false",
            reason =
                "true: every draw is of all samples, each with chance 1/n, and an epoch is still n"
                    + " draws. The control for mrd, which draws with replacement too: what differs"
                    + " between the two is then the chances alone.")
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

  /** Every one of {@code size} samples once, in the order of this epoch. */
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
