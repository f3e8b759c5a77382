package io.engram.model.score;

import io.engram.core.EngramException;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.text.TokenizedSample;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * Repeats passes with half as many tokens when memory runs out, and keeps the smaller size from
 * then on. Results change only by rounding.
 */
public final class OutOfMemoryRetry {
  private static final List<String> FAILURES =
      List.of("not enough memory", "can't allocate memory", "out of memory", "alloc_failed");

  /** Pieces that run side by side each halve by themselves; the last value is kept. */
  private volatile int tokens;

  /** Starts with this many tokens per pass. */
  public OutOfMemoryRetry(int tokens) {
    this.tokens = tokens;
  }

  /** The current maximum of tokens in a pass. */
  public int tokens() {
    return tokens;
  }

  /**
   * Runs the passes, and repeats them with smaller batches each time memory runs out.
   *
   * @param samples what is in the passes
   * @param passes receives the maximum tokens in a pass; must be repeatable
   * @throws EngramException if there isn't enough memory for one sample at a time
   */
  public <T> T run(List<TokenizedSample> samples, IntFunction<T> passes) {
    while (true) {
      try {
        return passes.apply(tokens);
      } catch (RuntimeException | OutOfMemoryError e) {
        if (!isAllocation(e)) {
          throw e;
        }
        halve(samples, e);
      }
    }
  }

  private void halve(List<TokenizedSample> samples, Throwable cause) {
    int largest = 0;
    for (int[] group : LabelledBatch.groups(samples, tokens)) {
      int sum = 0;
      for (int i : group) {
        sum += samples.get(i).ids().length;
      }
      largest = group.length > 1 ? Math.max(largest, sum) : largest;
    }
    if (largest == 0) {
      throw alone(samples, cause);
    }
    tokens = largest / 2;
  }

  private static EngramException alone(List<TokenizedSample> samples, Throwable cause) {
    int longest = samples.stream().mapToInt(s -> s.ids().length).max().orElse(0);
    return EngramException.resources(
        ("There isn't enough memory for one sample of %d tokens at a time.%nShorter samples,"
                + " bfloat16 weights, a smaller model or a machine with more memory would help.")
            .formatted(longest),
        cause);
  }

  /** Whether a failure means that memory ran out. */
  public static boolean isAllocation(Throwable failure) {
    String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return failure instanceof OutOfMemoryError || FAILURES.stream().anyMatch(message::contains);
  }
}
