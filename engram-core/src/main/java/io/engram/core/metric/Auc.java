package io.engram.core.metric;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Area under the receiver operating characteristic. */
public final class Auc {
  private Auc() {}

  /**
   * {@code AUC = (R₊ − n₊(n₊+1)/2) / (n₊n₋)} with R₊ the sum of the positives' ranks: the chance
   * that a positive scores above a negative, ties counting ½. Equals sklearn's {@code
   * roc_auc_score}.
   *
   * @return in [0, 1]; NaN where there are only positives or only negatives
   * @throws IllegalArgumentException if the lengths differ or a score is NaN
   */
  public static double of(double[] scores, boolean[] positive) {
    if (scores.length != positive.length) {
      throw new IllegalArgumentException(scores.length + " scores, " + positive.length + " labels");
    }
    if (Arrays.stream(scores).anyMatch(Double::isNaN)) {
      throw new IllegalArgumentException("a score is NaN: it has no rank");
    }
    int[] order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> scores[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double rankSum = 0;
    long positives = 0;
    for (int from = 0, to; from < order.length; from = to) {
      to = from;
      int tied = 0;
      while (to < order.length && scores[order[to]] == scores[order[from]]) {
        tied += positive[order[to]] ? 1 : 0;
        to++;
      }
      rankSum += tied * (from + 1 + to) / 2.0;
      positives += tied;
    }
    double pairs = (double) positives * (scores.length - positives);
    return (rankSum - positives * (positives + 1) / 2.0) / pairs;
  }
}
