package io.engram.model.decoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Token sequences merged at their common beginnings: one row for each different prefix, parents
 * before children, depth first. The rows under row r are r .. {@code ends[r]}, so row i has row j
 * among its ancestors, or is it, exactly when {@code j ≤ i < ends[j]}.
 *
 * @param ids the token of each row, {@code [N]}
 * @param depths its position in every sequence that goes through it, {@code [N]}
 * @param parents the row before it; −1 for a first token, {@code [N]}
 * @param ends the row after its last descendant, {@code [N]}
 * @param wanted of each sequence, the rows of its tokens from a position of its own on
 * @param longest tokens of the longest sequence
 */
public record TokenTree(
    int[] ids, int[] depths, int[] parents, int[] ends, int[][] wanted, int longest) {
  private static final int TENTH = 10;

  /**
   * Merges the sequences.
   *
   * @param sequences none empty
   * @param from the position of each from which its rows are wanted
   */
  public static TokenTree of(List<int[]> sequences, int[] from) {
    int[] order = order(sequences);
    int longest = sequences.stream().mapToInt(s -> s.length).max().orElse(0);
    Builder builder = new Builder(rows(sequences, order), longest);
    int[][] wanted = new int[sequences.size()][];
    for (int index : order) {
      builder.add(sequences.get(index));
      wanted[index] = Arrays.copyOfRange(builder.path, from[index], sequences.get(index).length);
    }
    return builder.build(wanted);
  }

  /**
   * Splits sequences into parts of about equal work, one tree each. A prefix that two parts share
   * is computed in both; if that would be more than a tenth of all rows, they stay together.
   *
   * @return indices into {@code sequences}; at most {@code parts} lists
   */
  public static List<int[]> parts(List<int[]> sequences, int parts) {
    int[] order = order(sequences);
    int[] news = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      int[] before = i == 0 ? new int[0] : sequences.get(order[i - 1]);
      news[i] = sequences.get(order[i]).length - shared(before, sequences.get(order[i]));
    }
    long rows = Arrays.stream(news).asLongStream().sum();
    List<int[]> result = new ArrayList<>();
    long again = 0;
    long done = 0;
    int first = 0;
    for (int i = 0; i < order.length; i++) {
      if (i > first && done >= rows * (result.size() + 1) / parts) {
        result.add(Arrays.copyOfRange(order, first, i));
        again += sequences.get(order[i]).length - news[i];
        first = i;
      }
      done += news[i];
    }
    result.add(Arrays.copyOfRange(order, first, order.length));
    return again * TENTH <= rows ? result : List.of(order);
  }

  private static int[] order(List<int[]> sequences) {
    return IntStream.range(0, sequences.size())
        .boxed()
        .sorted(Comparator.comparing(sequences::get, Arrays::compare))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** How many rows there are: different prefixes of the sequences. */
  public int rows() {
    return ids.length;
  }

  /** The ancestors of a row from the first token on; the index of each is its depth. */
  int[] pathTo(int row) {
    int[] path = new int[depths[row]];
    for (int at = parents[row], depth = path.length - 1; depth >= 0; at = parents[at], depth--) {
      path[depth] = at;
    }
    return path;
  }

  private static int rows(List<int[]> sequences, int[] order) {
    int rows = 0;
    int[] before = {};
    for (int index : order) {
      int[] sequence = sequences.get(index);
      rows += sequence.length - shared(before, sequence);
      before = sequence;
    }
    return rows;
  }

  private static int shared(int[] a, int[] b) {
    int differs = Arrays.mismatch(a, b);
    return differs < 0 ? a.length : differs;
  }

  /** Takes sequences in the order of their tokens. */
  private static final class Builder {
    private final int[] ids;
    private final int[] depths;
    private final int[] parents;
    private final int[] ends;
    private final int[] path;
    private int[] before = {};
    private int row;

    Builder(int rows, int longest) {
      ids = new int[rows];
      depths = new int[rows];
      parents = new int[rows];
      ends = new int[rows];
      path = new int[longest];
    }

    void add(int[] sequence) {
      int shared = shared(before, sequence);
      end(shared);
      for (int t = shared; t < sequence.length; t++) {
        ids[row] = sequence[t];
        depths[row] = t;
        parents[row] = t == 0 ? -1 : path[t - 1];
        path[t] = row++;
      }
      before = sequence;
    }

    private void end(int from) {
      for (int t = from; t < before.length; t++) {
        ends[path[t]] = row;
      }
    }

    TokenTree build(int[][] wanted) {
      end(0);
      return new TokenTree(ids, depths, parents, ends, wanted, path.length);
    }
  }
}
