package io.engram.unlearn.eval.tofu;

import io.engram.core.metric.HarmonicMean;
import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.Means;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * TOFU's model utility: the harmonic mean of probability, ROUGE-L recall and truth ratio on retain
 * set, real authors and world facts, nine numbers. 0 where one of them is.
 *
 * <p><b>Source:</b> Maini et al.: TOFU, a task of fictitious unlearning for LLMs (2024).
 */
final class BenchmarkUtility {
  private BenchmarkUtility() {}

  /**
   * Computes it with the error of its linear part, {@code Σ_j ∂H/∂x_j · x_j}, over the rows of each
   * set: the three measures of a set are of the same rows and vary together.
   *
   * @param sets each set's rows, {@code [rows][measures]}
   * @return the error is NaN where H is 0
   */
  static MeanWithError of(List<double[][]> sets) {
    double[] means = sets.stream().flatMapToDouble(rows -> Arrays.stream(means(rows))).toArray();
    double[] slopes = HarmonicMean.slopes(means);
    List<double[]> parts = new ArrayList<>();
    int first = 0;
    for (double[][] rows : sets) {
      int from = first;
      parts.add(Arrays.stream(rows).mapToDouble(row -> weighted(row, slopes, from)).toArray());
      first += means.length / sets.size();
    }
    MeanWithError linear = Means.sum(parts);
    return new MeanWithError(HarmonicMean.of(means), linear.standardError(), linear.n());
  }

  private static double[] means(double[][] rows) {
    double[] means = new double[rows[0].length];
    for (double[] row : rows) {
      for (int j = 0; j < means.length; j++) {
        means[j] += row[j] / rows.length;
      }
    }
    return means;
  }

  private static double weighted(double[] row, double[] slopes, int from) {
    double sum = 0;
    for (int j = 0; j < row.length; j++) {
      sum += slopes[from + j] * row[j];
    }
    return sum;
  }
}
