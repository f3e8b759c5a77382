package io.engram.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * Splits batches into partitions of about equal work: the longest batch first, each into the
 * partition that has the least so far.
 *
 * <p>The most loaded partition has at most {@code 4/3 − 1/(3P)} times the least possible maximum.
 *
 * <p><b>Source:</b> R. L. Graham: Bounds on multiprocessing timing anomalies (1969), LPT.
 */
final class Partitions {
  private Partitions() {}

  /**
   * The batches of each partition, in ascending order; the partition with most tokens first, since
   * Spark starts them in order. None is empty.
   *
   * @param tokens of each batch
   * @param most how many partitions there may be, at least 1
   */
  static List<int[]> byTokens(long[] tokens, int most) {
    int count = Math.min(most, tokens.length);
    PriorityQueue<Load> lightest =
        new PriorityQueue<>(
            Comparator.comparingLong((Load load) -> load.tokens)
                .thenComparingInt(load -> load.number));
    List<Load> loads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      loads.add(new Load(i));
    }
    lightest.addAll(loads);
    IntStream.range(0, tokens.length)
        .boxed()
        .sorted(Comparator.comparingLong((Integer i) -> tokens[i]).reversed())
        .forEach(
            batch -> {
              Load load = lightest.remove();
              load.batches.add(batch);
              load.tokens += tokens[batch];
              lightest.add(load);
            });
    return loads.stream()
        .filter(load -> !load.batches.isEmpty())
        .sorted(Comparator.comparingLong((Load load) -> load.tokens).reversed())
        .map(load -> load.batches.stream().mapToInt(Integer::intValue).sorted().toArray())
        .toList();
  }

  /** The tokens of a partition. */
  static long tokens(long[] tokens, int[] partition) {
    return Arrays.stream(partition).mapToLong(batch -> tokens[batch]).sum();
  }

  private static final class Load {
    private final int number;
    private final List<Integer> batches = new ArrayList<>();
    private long tokens;

    Load(int number) {
      this.number = number;
    }
  }
}
