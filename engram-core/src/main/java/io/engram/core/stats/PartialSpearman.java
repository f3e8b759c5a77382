package io.engram.core.stats;

import java.util.Arrays;
import org.hipparchus.stat.correlation.PearsonsCorrelation;
import org.hipparchus.stat.regression.OLSMultipleLinearRegression;

/** Spearman's rank correlation of x and y with other quantities held fixed. */
public final class PartialSpearman {
  private PartialSpearman() {}

  /**
   * Pearson's correlation of what is left of the ranks of x and y after a linear regression on the
   * ranks of the controls.
   *
   * @param controls {@code [C][n]}, C ≥ 1; constant ones are left out
   * @return in [-1, 1]; NaN where nothing is left of x or y, or n ≤ C + 2
   */
  public static double of(double[] x, double[] y, double[]... controls) {
    Pairs.check(x, y);
    double[][] ranks =
        Arrays.stream(controls)
            .filter(c -> Arrays.stream(c).distinct().count() > 1)
            .map(Ranks::of)
            .toArray(double[][]::new);
    if (ranks.length == 0) {
      return Spearman.of(x, y);
    }
    if (x.length <= ranks.length + 2) {
      return Double.NaN;
    }
    double[] left = residuals(Ranks.of(x), ranks);
    double[] right = residuals(Ranks.of(y), ranks);
    double scale = 1e-9 * x.length;
    if (largest(left) < scale || largest(right) < scale) {
      return Double.NaN;
    }
    return new PearsonsCorrelation().correlation(left, right);
  }

  private static double[] residuals(double[] ranks, double[][] controls) {
    double[][] rows = new double[ranks.length][controls.length];
    for (int i = 0; i < ranks.length; i++) {
      for (int c = 0; c < controls.length; c++) {
        rows[i][c] = controls[c][i];
      }
    }
    OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression(1e-12);
    regression.newSampleData(ranks, rows);
    return regression.estimateResiduals();
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElse(0);
  }
}
