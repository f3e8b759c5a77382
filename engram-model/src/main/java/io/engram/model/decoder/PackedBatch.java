package io.engram.model.decoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sequences packed end to end without padding, shortest first, so that those of equal length form
 * one block for attention. A beginning that all have in common, such as a chat template's system
 * prompt, can be packed once, before them.
 *
 * @param ids token ids: what is shared, then the rest of each sequence, {@code [N]}
 * @param positions position of each token in its sequence, {@code [N]}
 * @param shared how many tokens all sequences begin with that are packed once; 0: none
 * @param buckets runs of sequences of equal length, in order
 * @param order {@code order[k]} is the index, in the list given, of the k-th sequence packed
 * @param starts by a sequence's index in the list given: token t of it is in row {@code starts +
 *     t}, unless it is a shared one, which is in row t
 */
public record PackedBatch(
    int[] ids, int[] positions, int shared, List<Bucket> buckets, int[] order, int[] starts) {
  /**
   * Fewest tokens that are worth packing once: attention then takes a step more, and what a
   * sequence gives depends by rounding on those beside it.
   */
  private static final int WORTH_SHARING = 16;

  /** {@code count} sequences of {@code length} tokens each, shared ones left out. */
  public record Bucket(int length, int count) {
    /** How many rows the bucket has. */
    public int rows() {
      return length * count;
    }
  }

  /** Packs the sequences; none may be empty. */
  public static PackedBatch of(List<int[]> sequences) {
    return of(sequences, 0);
  }

  /**
   * Packs the sequences, and what they all begin with once, if that is worth it.
   *
   * @param most tokens of each that may be shared; fewer than the shortest has
   */
  static PackedBatch sharing(List<int[]> sequences, int most) {
    int shared = sequences.size() > 1 ? most : 0;
    for (int[] sequence : sequences) {
      int differs = Arrays.mismatch(sequence, 0, shared, sequences.get(0), 0, shared);
      shared = differs < 0 ? shared : differs;
    }
    return of(sequences, shared < WORTH_SHARING ? 0 : shared);
  }

  private static PackedBatch of(List<int[]> sequences, int shared) {
    int[] order =
        IntStream.range(0, sequences.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> sequences.get(i).length))
            .mapToInt(Integer::intValue)
            .toArray();
    int rows = shared + sequences.stream().mapToInt(s -> s.length - shared).sum();
    int[] ids = new int[rows];
    int[] positions = new int[rows];
    int[] starts = new int[sequences.size()];
    List<Bucket> buckets = new ArrayList<>();
    int row = 0;
    for (; row < shared; row++) {
      ids[row] = sequences.get(0)[row];
      positions[row] = row;
    }
    for (int index : order) {
      int[] sequence = sequences.get(index);
      starts[index] = row - shared;
      for (int t = shared; t < sequence.length; t++) {
        ids[row] = sequence[t];
        positions[row++] = t;
      }
      int own = sequence.length - shared;
      int last = buckets.size() - 1;
      if (last >= 0 && buckets.get(last).length() == own) {
        buckets.set(last, new Bucket(own, buckets.get(last).count() + 1));
      } else {
        buckets.add(new Bucket(own, 1));
      }
    }
    return new PackedBatch(ids, positions, shared, List.copyOf(buckets), order, starts);
  }

  /** How many tokens the sequence of each row has, {@code [N]}; of shared rows, the longest. */
  int[] lengths() {
    int[] lengths = new int[ids.length];
    Arrays.fill(lengths, 0, shared, shared + buckets.get(buckets.size() - 1).length());
    int row = shared;
    for (Bucket bucket : buckets) {
      Arrays.fill(lengths, row, row + bucket.rows(), shared + bucket.length());
      row += bucket.rows();
    }
    return lengths;
  }

  /** How many tokens a sequence has, by its index in the list given. */
  public int length(int index) {
    int next = rows() - shared;
    for (int start : starts) {
      if (start > starts[index]) {
        next = Math.min(next, start);
      }
    }
    return shared + next - starts[index];
  }

  /** How many tokens the batch has. */
  public int rows() {
    return ids.length;
  }
}
