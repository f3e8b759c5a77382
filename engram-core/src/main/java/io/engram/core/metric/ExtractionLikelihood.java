package io.engram.core.metric;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How much of a text a model continues word for word, averaged over all starting points: {@code
 * EL_n = (1/(T−n)) Σ_{i=1}^{T−1} OL_n(f(x_<i), x_≥i)}, {@code OL_n(a, b) = |{c ∈ ng(a) : c ∈
 * ng(b)}| / |ng(b)|}, ng the list of n-grams, f greedy generation of as many tokens as remain.
 * Suffixes shorter than n have no n-grams and are skipped, which leaves T − n suffixes.
 *
 * <p><b>Source:</b> App. C.4; Jang et al. 2023.
 */
public final class ExtractionLikelihood {
  private ExtractionLikelihood() {}

  /**
   * EL_n of one text.
   *
   * @param n tokens per n-gram; 10 in the source
   * @param targets the suffixes x_≥i, one per starting point
   * @param generated the model's continuation at each, of any length
   * @return in [0, 1]; NaN if no suffix has n tokens
   */
  public static double of(int n, List<int[]> targets, List<int[]> generated) {
    return IntStream.range(0, targets.size())
        .filter(i -> targets.get(i).length >= n)
        .mapToDouble(i -> overlap(n, generated.get(i), targets.get(i)))
        .average()
        .orElse(Double.NaN);
  }

  /** OL_n; at most 1 if the generated text is not longer than the target. */
  static double overlap(int n, int[] generated, int[] target) {
    Set<List<Integer>> wanted = new HashSet<>(grams(n, target));
    long found = grams(n, generated).stream().filter(wanted::contains).count();
    return (double) found / (target.length - n + 1);
  }

  private static List<List<Integer>> grams(int n, int[] tokens) {
    return IntStream.rangeClosed(0, tokens.length - n)
        .mapToObj(
            start ->
                IntStream.range(start, start + n)
                    .mapToObj(i -> tokens[i])
                    .collect(Collectors.toList()))
        .toList();
  }
}
