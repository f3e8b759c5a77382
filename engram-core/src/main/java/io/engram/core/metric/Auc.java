package io.engram.core.metric;

import java.util.Arrays;
import org.hipparchus.stat.ranking.NaturalRanking;

/** Area under the receiver operating characteristic. */
public final class Auc {
  private Auc() {}

  /**
   * {@code AUC = (R₊ − n₊(n₊+1)/2) / (n₊n₋)} with R₊ the sum of the positives' ranks: the
   * probability that a positive scores above a negative, where a tie counts ½. Equals sklearn's
   * {@code roc_auc_score}.
   *
   * @return in [0, 1]; NaN if there are only positives or only negatives
   * @throws IllegalArgumentException if the lengths differ or a score is NaN
   */
  public static double of(double[] scores, boolean[] positive) {
    if (scores.length != positive.length) {
      throw new IllegalArgumentException(scores.length + " scores, " + positive.length + " labels");
    }
    if (Arrays.stream(scores).anyMatch(Double::isNaN)) {
      throw new IllegalArgumentException("a score is NaN, which has no rank");
    }
    // 0 and -0 are the same value, but the ranking would order them.
    double[] values = Arrays.stream(scores).map(score -> score + 0.0).toArray();
    double[] ranks = values.length == 0 ? values : new NaturalRanking().rank(values);
    double rankSum = 0;
    long positives = 0;
    for (int i = 0; i < ranks.length; i++) {
      rankSum += positive[i] ? ranks[i] : 0;
      positives += positive[i] ? 1 : 0;
    }
    double pairs = (double) positives * (scores.length - positives);
    return (rankSum - positives * (positives + 1) / 2.0) / pairs;
  }
}
