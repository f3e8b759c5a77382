package io.engram.core.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.hipparchus.stat.correlation.KendallsCorrelation;
import org.hipparchus.stat.correlation.PearsonsCorrelation;
import org.hipparchus.stat.correlation.SpearmansCorrelation;
import org.hipparchus.stat.ranking.NaturalRanking;

/**
 * Rank correlations. Equal values share their mean rank; NaN has no rank. Each correlation lies in
 * [-1, 1] and is NaN if one side is constant.
 */
public final class RankCorrelation {
  private RankCorrelation() {}

  /**
   * Spearman's ρ: Pearson's correlation of the ranks; equal values share their mean rank.
   *
   * @return in [-1, 1]; NaN if one side is constant
   * @throws IllegalArgumentException if the lengths differ, there are fewer than two values, or one
   *     is NaN
   */
  public static double spearman(double[] x, double[] y) {
    check(x, y);
    return new SpearmansCorrelation().correlation(oneZero(x), oneZero(y));
  }

  /**
   * Kendall's τ_b, {@code τ_b = (C − D) / √((N − T_x)(N − T_y))}: concordant minus discordant
   * pairs, over the pairs not tied in x and not tied in y.
   *
   * @return in [-1, 1]; NaN if one side is constant
   * @throws IllegalArgumentException if the lengths differ, there are fewer than two values, or one
   *     is NaN
   */
  public static double kendallTau(double[] x, double[] y) {
    check(x, y);
    return new KendallsCorrelation().correlation(oneZero(x), oneZero(y));
  }

  /**
   * Spearman's ρ of x and y, controlled for other quantities: Pearson's correlation of the
   * residuals of the ranks of x and y after linear regression on the ranks of the controls.
   *
   * @param controls {@code [C][n]}, C ≥ 1; controls whose ranks are constant, or a linear function
   *     of those of earlier controls, add nothing and are not counted
   * @return in [-1, 1]; NaN if x or y has no residual left, or n ≤ C + 2
   */
  public static double partialSpearman(double[] x, double[] y, double[]... controls) {
    check(x, y);
    double least = 1e-9 * x.length;
    List<double[]> basis = new ArrayList<>();
    for (double[] control : controls) {
      double[] own = left(ranks(control), basis);
      if (largest(own) >= least) {
        basis.add(own);
      }
    }
    if (basis.isEmpty()) {
      return spearman(x, y);
    }
    double[] leftOfX = left(ranks(x), basis);
    double[] leftOfY = left(ranks(y), basis);
    boolean nothing = largest(leftOfX) < least || largest(leftOfY) < least;
    return nothing || x.length <= basis.size() + 2
        ? Double.NaN
        : new PearsonsCorrelation().correlation(leftOfX, leftOfY);
  }

  /** The part of the ranks orthogonal to a constant and to the basis, itself orthogonal. */
  private static double[] left(double[] ranks, List<double[]> basis) {
    double mean = (ranks.length + 1) / 2.0;
    double[] left = Arrays.stream(ranks).map(rank -> rank - mean).toArray();
    for (double[] vector : basis) {
      double along = dot(left, vector) / dot(vector, vector);
      Arrays.setAll(left, i -> left[i] - along * vector[i]);
    }
    return left;
  }

  private static double dot(double[] x, double[] y) {
    return IntStream.range(0, x.length).mapToDouble(i -> x[i] * y[i]).sum();
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElse(0);
  }

  /**
   * Ranks of the values: 1 for the smallest to n for the largest; equal values share their mean
   * rank.
   *
   * @throws IllegalArgumentException if a value is NaN
   */
  public static double[] ranks(double[] values) {
    if (Arrays.stream(values).anyMatch(Double::isNaN)) {
      throw new IllegalArgumentException("a value is NaN: it has no rank");
    }
    return new NaturalRanking().rank(oneZero(values));
  }

  /**
   * Checks the two arrays of a correlation.
   *
   * @throws IllegalArgumentException if the lengths differ, are below 2, or a value is NaN
   */
  private static void check(double[] x, double[] y) {
    if (x.length != y.length || x.length < 2) {
      throw new IllegalArgumentException(
          "a correlation needs two arrays of the same length, at least 2, not "
              + x.length
              + " and "
              + y.length);
    }
    if (DoubleStream.concat(Arrays.stream(x), Arrays.stream(y)).anyMatch(Double::isNaN)) {
      throw new IllegalArgumentException("a value is NaN: it has no rank");
    }
  }

  /** Turns −0 into 0, since Hipparchus treats them as different values. */
  private static double[] oneZero(double[] values) {
    return Arrays.stream(values).map(value -> value + 0.0).toArray();
  }
}
