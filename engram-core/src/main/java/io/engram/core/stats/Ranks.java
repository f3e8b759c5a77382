package io.engram.core.stats;

import java.util.Arrays;
import org.hipparchus.stat.ranking.NaturalRanking;

/** The places of values in their order. */
public final class Ranks {
  private Ranks() {}

  /**
   * 1 for the smallest up to n for the largest; equal values share their mean rank.
   *
   * @throws IllegalArgumentException if a value is NaN
   */
  public static double[] of(double[] values) {
    if (Arrays.stream(values).anyMatch(Double::isNaN)) {
      throw new IllegalArgumentException("a value is NaN: it has no rank");
    }
    return new NaturalRanking().rank(Pairs.oneZero(values));
  }
}
