package io.engram.model.decoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sequences packed end to end without padding, shortest first, so that those of equal length form
 * one block for attention.
 *
 * @param ids token ids of all sequences, {@code [N]}
 * @param positions position of each token in its sequence, {@code [N]}
 * @param buckets runs of sequences of equal length, in order
 * @param order {@code order[k]} is the index, in the list given, of the k-th sequence packed
 * @param starts row of the first token of each sequence, by its index in the list given
 */
public record PackedBatch(
    int[] ids, int[] positions, List<Bucket> buckets, int[] order, int[] starts) {
  /** {@code count} sequences of {@code length} tokens each. */
  public record Bucket(int length, int count) {
    /** How many rows the bucket has. */
    public int rows() {
      return length * count;
    }
  }

  /** Packs the sequences; none may be empty. */
  public static PackedBatch of(List<int[]> sequences) {
    int[] order =
        IntStream.range(0, sequences.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> sequences.get(i).length))
            .mapToInt(Integer::intValue)
            .toArray();
    int rows = sequences.stream().mapToInt(s -> s.length).sum();
    int[] ids = new int[rows];
    int[] positions = new int[rows];
    int[] starts = new int[sequences.size()];
    List<Bucket> buckets = new ArrayList<>();
    int row = 0;
    for (int index : order) {
      int[] sequence = sequences.get(index);
      starts[index] = row;
      for (int t = 0; t < sequence.length; t++) {
        ids[row] = sequence[t];
        positions[row++] = t;
      }
      int last = buckets.size() - 1;
      if (last >= 0 && buckets.get(last).length() == sequence.length) {
        buckets.set(last, new Bucket(sequence.length, buckets.get(last).count() + 1));
      } else {
        buckets.add(new Bucket(sequence.length, 1));
      }
    }
    return new PackedBatch(ids, positions, List.copyOf(buckets), order, starts);
  }

  /** How many tokens the sequence of each row has, {@code [N]}. */
  int[] lengths() {
    int[] lengths = new int[ids.length];
    int row = 0;
    for (Bucket bucket : buckets) {
      Arrays.fill(lengths, row, row + bucket.rows(), bucket.length());
      row += bucket.rows();
    }
    return lengths;
  }

  /** How many tokens a sequence has, by its index in the list given. */
  public int length(int index) {
    int next = rows();
    for (int start : starts) {
      if (start > starts[index]) {
        next = Math.min(next, start);
      }
    }
    return next - starts[index];
  }

  /** How many tokens the batch has. */
  public int rows() {
    return ids.length;
  }
}
