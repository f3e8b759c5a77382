package io.engram.unlearn.characteristic;

import io.engram.core.stats.RankCorrelation;
import java.util.stream.IntStream;

/**
 * One number for how diverse a text's words are and how complex its sentences, relative to the
 * other samples:
 *
 * <p>{@code s_i = ½ q(MTLD)_i + ¼ q(mean sentence length)_i + ¼ q(clauses per sentence)_i}, {@code
 * q(v)_i = (rank of v_i − ½)/n}, equal values sharing their mean rank. High is s at or above its
 * upper quartile, {@link Characteristic.SplitRule#upperQuartile}.
 *
 * <p><b>Source:</b> §4.2: "lexical diversity indices and syntactic complexity measures, with
 * samples meeting the threshold of upper quartile values labeled as high-complexity".
 * <b>Differs:</b> the paper doesn't say how the measures are joined. Were each to have its
 * quartile, "any of them" would make more samples high the more measures there are, and "all of
 * them" fewer; the mean of ranks makes a quarter high whatever the measures are, weighs both
 * families alike, and is one number that can be correlated with MRD.
 */
public final class SemanticComplexity {
  private SemanticComplexity() {}

  /**
   * s of each sample.
   *
   * @param mtld {@code [n]}, as the other two: one a sample, in the same order
   * @return {@code [n]}, in (0, 1)
   * @throws IllegalArgumentException if the lengths differ or a value is NaN
   */
  public static double[] of(
      double[] mtld, double[] meanSentenceLength, double[] clausesPerSentence) {
    int n = mtld.length;
    if (meanSentenceLength.length != n || clausesPerSentence.length != n) {
      throw new IllegalArgumentException(
          "measures of %d, %d and %d samples"
              .formatted(n, meanSentenceLength.length, clausesPerSentence.length));
    }
    double[] lexical = RankCorrelation.ranks(mtld);
    double[] length = RankCorrelation.ranks(meanSentenceLength);
    double[] clauses = RankCorrelation.ranks(clausesPerSentence);
    return IntStream.range(0, n)
        .mapToDouble(i -> (lexical[i] / 2 + length[i] / 4 + clauses[i] / 4 - 0.5) / n)
        .toArray();
  }
}
