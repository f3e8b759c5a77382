package io.engram.core.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.hipparchus.stat.correlation.PearsonsCorrelation;

/** Spearman's rank correlation of x and y with other quantities held fixed. */
public final class PartialSpearman {
  private PartialSpearman() {}

  /**
   * Pearson's correlation of what is left of the ranks of x and y after a linear regression on the
   * ranks of the controls.
   *
   * @param controls {@code [C][n]}, C ≥ 1; those that are constant or a linear function of the
   *     others before them, in ranks, hold nothing and don't count
   * @return in [-1, 1]; NaN where nothing is left of x or y, or n ≤ C + 2
   */
  public static double of(double[] x, double[] y, double[]... controls) {
    Pairs.check(x, y);
    double least = 1e-9 * x.length;
    List<double[]> basis = new ArrayList<>();
    for (double[] control : controls) {
      double[] own = left(Ranks.of(control), basis);
      if (largest(own) >= least) {
        basis.add(own);
      }
    }
    if (basis.isEmpty()) {
      return Spearman.of(x, y);
    }
    double[] leftOfX = left(Ranks.of(x), basis);
    double[] leftOfY = left(Ranks.of(y), basis);
    boolean nothing = largest(leftOfX) < least || largest(leftOfY) < least;
    return nothing || x.length <= basis.size() + 2
        ? Double.NaN
        : new PearsonsCorrelation().correlation(leftOfX, leftOfY);
  }

  /** What of the ranks is orthogonal to a constant and to the basis, whose vectors are so too. */
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
}
