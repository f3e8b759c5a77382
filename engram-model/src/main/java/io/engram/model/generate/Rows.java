package io.engram.model.generate;

import io.engram.model.generate.Generation.Stopped;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What has been written so far in one batch, and when each of its sequences ends. */
final class Rows {
  private final int[] group;
  private final int[] left;
  private final boolean[] ended;
  private final Predicate<List<Integer>> stops;
  private final List<List<Integer>> written = new ArrayList<>();
  private int room;
  private int longest;

  /**
   * Sequences that have already been read this far.
   *
   * @param lengths tokens read, of all sequences
   * @param limits tokens that may be written, of all sequences
   * @param group which of them are in the batch
   */
  Rows(int[] lengths, int[] limits, int[] group, int context) {
    this(lengths, limits, group, context, written -> false);
  }

  /**
   * The same with another reason to end.
   *
   * @param stops whether a sequence ends with these tokens written
   */
  Rows(int[] lengths, int[] limits, int[] group, int context, Predicate<List<Integer>> stops) {
    this.stops = stops;
    this.group = group;
    this.left = new int[group.length];
    this.ended = new boolean[group.length];
    for (int i = 0; i < group.length; i++) {
      int length = lengths[group[i]];
      left[i] = Math.max(0, Math.min(limits[group[i]], context - length));
      room = Math.max(room, length + left[i]);
      longest = Math.max(longest, length);
      written.add(new ArrayList<>());
    }
  }

  /** Maximum length of the longest sequence. */
  int room() {
    return room;
  }

  /** Tokens of the longest prompt. */
  int longest() {
    return longest;
  }

  /** Ends all sequences as they are. */
  void endAll(@Nullable Generation[] results) {
    for (int i = 0; i < group.length; i++) {
      end(i, Stopped.LIMIT, results);
    }
  }

  /**
   * Takes the next token of each row; rows whose sequence has ended are skipped.
   *
   * @param order which sequence of the batch each row is
   * @param next their next tokens
   * @return rows that continue
   */
  List<Integer> take(
      int[] order, int[] next, Set<Integer> stopIds, @Nullable Generation[] results) {
    List<Integer> going = new ArrayList<>();
    for (int row = 0; row < order.length; row++) {
      int sequence = order[row];
      if (ended[sequence]) {
        continue;
      }
      if (left[sequence] == 0) {
        end(sequence, Stopped.LIMIT, results);
      } else if (stopIds.contains(next[row])) {
        end(sequence, Stopped.EOS, results);
      } else {
        written.get(sequence).add(next[row]);
        if (stops.test(written.get(sequence))) {
          end(sequence, Stopped.TEXT, results);
        } else if (--left[sequence] == 0) {
          end(sequence, Stopped.LIMIT, results);
        } else {
          going.add(row);
        }
      }
    }
    return going;
  }

  private void end(int sequence, Stopped stopped, @Nullable Generation[] results) {
    ended[sequence] = true;
    int[] ids = written.get(sequence).stream().mapToInt(Integer::intValue).toArray();
    results[group[sequence]] = new Generation(ids, stopped);
  }
}
