package io.engram.report.figure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Counts of values in bins with round edges; a bin holds {@code [from, to)}.
 *
 * @param logarithmic whether the bins are equally wide in the logarithm
 */
public record Histogram(List<Bin> bins, boolean logarithmic) {
  private static final int FEWEST_BINS = 8;
  private static final int MOST_BINS = 24;

  /** Values that span more than this factor are binned by their logarithm. */
  private static final double WIDE = 50;

  /** One bar. */
  public record Bin(double from, double to, int count) {}

  /** About √n bins. No bins for no values. */
  public static Histogram of(double[] values) {
    double[] sorted = Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
    if (sorted.length == 0) {
      return new Histogram(List.of(), false);
    }
    int target =
        (int) Math.min(MOST_BINS, Math.max(FEWEST_BINS, Math.ceil(Math.sqrt(sorted.length))));
    double low = sorted[0];
    double high = sorted[sorted.length - 1];
    boolean wide = low > 0 && high / low > WIDE;
    return wide ? logarithmic(sorted, target) : linear(sorted, target);
  }

  private static Histogram linear(double[] sorted, int target) {
    double low = sorted[0];
    double high = sorted[sorted.length - 1];
    double span = high > low ? high - low : Math.max(Math.abs(low), 1);
    double step = roundStep(span / target);
    long first = (long) Math.floor(low / step);
    long last = (long) Math.floor(high / step);
    double[] edges = new double[(int) (last - first) + 2];
    for (int i = 0; i < edges.length; i++) {
      edges[i] = (first + i) * step;
    }
    return new Histogram(count(sorted, edges), false);
  }

  private static Histogram logarithmic(double[] sorted, int target) {
    double low = Math.log10(sorted[0]);
    double step = (Math.log10(sorted[sorted.length - 1]) - low) / target;
    double[] edges = new double[target + 1];
    for (int i = 0; i < edges.length; i++) {
      edges[i] = Math.pow(10, low + i * step);
    }
    edges[0] = sorted[0];
    edges[target] = Math.nextUp(sorted[sorted.length - 1]);
    return new Histogram(count(sorted, edges), true);
  }

  private static List<Bin> count(double[] sorted, double[] edges) {
    List<Bin> bins = new ArrayList<>();
    for (int i = 0; i + 1 < edges.length; i++) {
      double from = edges[i];
      double to = edges[i + 1];
      int inside = (int) Arrays.stream(sorted).filter(v -> v >= from && v < to).count();
      bins.add(new Bin(from, to, inside));
    }
    return bins;
  }

  /** The next of 1, 2, 2.5, 5, 10 times a power of ten that is not smaller. */
  static double roundStep(double step) {
    double power = Math.pow(10, Math.floor(Math.log10(step)));
    for (double factor : new double[] {1, 2, 2.5, 5}) {
      if (step <= factor * power * (1 + 1e-9)) {
        return factor * power;
      }
    }
    return 10 * power;
  }
}
