package io.engram.model.generate;

import io.engram.core.ProgressListener;
import io.engram.model.decoder.Continuation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Appends the next token to every row again and again, until all have ended. */
final class TokenLoop {
  /** Ended rows stay until only this share is left, since dropping them copies the cache. */
  private static final double COMPACT = 0.75;

  private TokenLoop() {}

  /**
   * Continues all rows.
   *
   * @param continuation rows named by their sequence in {@code rows}
   * @param first the next token of each row
   * @param results receives each sequence's result
   */
  static void run(
      Continuation continuation,
      int[] first,
      Rows rows,
      Set<Integer> stopIds,
      @Nullable Generation[] results,
      ProgressListener progress) {
    int[] next = first;
    int running = next.length;
    while (true) {
      List<Integer> going = rows.take(continuation.order(), next, stopIds, results);
      progress.advance(running - going.size());
      running = going.size();
      if (running == 0) {
        return;
      }
      if (running <= COMPACT * next.length) {
        next = chosen(continuation, next, going);
      }
      next = continuation.step(next);
    }
  }

  /** Drops the ended rows; returns the next tokens of the others. */
  private static int[] chosen(Continuation continuation, int[] next, List<Integer> going) {
    continuation.keepOnly(going.stream().mapToInt(Integer::intValue).toArray());
    return going.stream().mapToInt(row -> next[row]).toArray();
  }
}
