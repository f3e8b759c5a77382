package io.engram.cli.command;

import io.engram.core.sample.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Takes samples in parts of about so many tokens, in their order, so that a command holds the
 * tokens and results of one part only. Usual files are one part.
 */
final class InParts {
  /** Large enough that a part keeps a thousand executors busy, and small enough for a heap. */
  static final int TOKENS = 1 << 24;

  /** Samples that are tokenised together; a part ends behind one of these blocks. */
  private static final int BLOCK = 4096;

  private InParts() {}

  /**
   * Samples and what was made of them.
   *
   * @param values one for each sample
   */
  record Part<T>(List<Sample> samples, List<T> values) {}

  /**
   * Makes the parts and gives each on.
   *
   * @param made what samples become
   * @param tokens how many tokens that takes
   * @return the number of parts
   */
  static <T> int each(
      List<Sample> samples,
      Function<List<Sample>, List<T>> made,
      ToIntFunction<T> tokens,
      Consumer<Part<T>> taker) {
    return each(samples, made, tokens, taker, TOKENS, BLOCK);
  }

  static <T> int each(
      List<Sample> samples,
      Function<List<Sample>, List<T>> made,
      ToIntFunction<T> tokens,
      Consumer<Part<T>> taker,
      int most,
      int block) {
    int parts = 0;
    List<T> values = new ArrayList<>();
    long sum = 0;
    for (int end = 0; end < samples.size(); ) {
      int start = end;
      end = Math.min(samples.size(), start + block);
      List<T> more = made.apply(samples.subList(start, end));
      values.addAll(more);
      sum += more.stream().mapToLong(tokens::applyAsInt).sum();
      if (sum >= most || end == samples.size()) {
        taker.accept(new Part<>(samples.subList(end - values.size(), end), values));
        values = new ArrayList<>();
        sum = 0;
        parts++;
      }
    }
    return parts;
  }
}
