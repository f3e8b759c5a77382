package io.engram.model.decoder;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Splits work into batches that fit into memory. */
public final class Groups {
  /** Average pieces per thread: with more pieces, threads end closer together. */
  private static final int PIECES_A_THREAD = 8;

  /** Fewest tokens that are worth starting matrix products for. */
  private static final int SMALLEST_PIECE = 128;

  private Groups() {}

  /**
   * How many tokens a piece has if {@link io.engram.model.tensor.Workers} run pieces side by side:
   * the pieces under way have at most {@code maxTokens} in all.
   *
   * @param total tokens of all the work
   * @param maxTokens tokens that may go through the model at once
   * @param threads how many pieces are under way at once
   */
  public static int pieceTokens(long total, int maxTokens, int threads) {
    if (threads <= 1) {
      return maxTokens;
    }
    long even = Math.max(SMALLEST_PIECE, total / ((long) PIECES_A_THREAD * threads));
    return (int) Math.max(1, Math.min(even, maxTokens / threads));
  }

  /**
   * Groups of indices, longest first, whose lengths add up to at most {@code maxTokens}. A longer
   * item has a group to itself.
   */
  public static List<int[]> byTokens(int[] lengths, int maxTokens) {
    return byTokens(lengths, Integer.MAX_VALUE, maxTokens);
  }

  /** The same, with at most {@code maxItems} items in a group. */
  public static List<int[]> byTokens(int[] lengths, int maxItems, int maxTokens) {
    List<Integer> order =
        IntStream.range(0, lengths.length)
            .boxed()
            .sorted(Comparator.comparingInt((Integer i) -> lengths[i]).reversed())
            .toList();
    List<int[]> groups = new ArrayList<>();
    List<Integer> group = new ArrayList<>();
    int tokens = 0;
    for (int index : order) {
      boolean full = group.size() == maxItems || tokens + (long) lengths[index] > maxTokens;
      if (!group.isEmpty() && full) {
        groups.add(group.stream().mapToInt(Integer::intValue).toArray());
        group.clear();
        tokens = 0;
      }
      group.add(index);
      tokens += lengths[index];
    }
    if (!group.isEmpty()) {
      groups.add(group.stream().mapToInt(Integer::intValue).toArray());
    }
    return groups;
  }
}
