package io.engram.core.stats;

import java.util.Arrays;

/**
 * The two-sample Kolmogorov-Smirnov test, two-sided: {@code D = sup_t |F_x(t) − F_y(t)|} and the
 * probability that two samples from the same continuous distribution differ by D or more.
 *
 * <p>Hipparchus has this test too, but computes small probabilities as one minus a large one, which
 * bottoms out at 1e-16. Here they are kept as logarithms.
 *
 * <p><b>Source:</b> Hodges: The significance probability of the Smirnov two-sample test (1957).
 */
public final class KolmogorovSmirnov {
  /** The largest sample for which the exact distribution is used, as in SciPy. */
  static final int MOST_EXACT = 10_000;

  private KolmogorovSmirnov() {}

  /**
   * The result of the test.
   *
   * @param statistic D, in [0, 1]
   * @param logP the natural logarithm of the p-value, ≤ 0
   */
  public record Result(double statistic, double logP) {
    /** The p-value; 0 if it is below the smallest double, about 1e-323. */
    public double p() {
      return Math.exp(logP);
    }

    /** The base-10 logarithm of the p-value. */
    public double log10P() {
      return logP / Math.log(10);
    }
  }

  /**
   * Compares two samples. Uses the exact distribution if both have at most 10,000 values, and the
   * limit distribution otherwise. Ties between the samples make the exact p-value conservative, as
   * in SciPy.
   *
   * <p><b>Differs</b> from SciPy above 10,000 values, where SciPy uses the one-sample distribution
   * of a finite size; the limit differs from that by a few percent.
   *
   * @param x at least one value, none NaN; infinite values count as the largest or smallest
   * @param y the same
   * @throws IllegalArgumentException if a sample is empty or contains NaN
   */
  public static Result twoSample(double[] x, double[] y) {
    double[] a = sorted(x);
    double[] b = sorted(y);
    long distance = distance(a, b);
    double d = distance / ((double) a.length * b.length);
    boolean exact = Math.max(a.length, b.length) <= MOST_EXACT;
    double logP =
        exact
            ? LatticePaths.logShareOutside(a.length, b.length, distance)
            : logLimit(d * Math.sqrt((double) a.length * b.length / (a.length + b.length)));
    return new Result(d, logP);
  }

  private static double[] sorted(double[] values) {
    if (values.length == 0 || Arrays.stream(values).anyMatch(Double::isNaN)) {
      throw new IllegalArgumentException(
          "a sample of the Kolmogorov-Smirnov test is empty or contains NaN");
    }
    // 0 and -0 are the same value, but sort would order them.
    double[] sorted = Arrays.stream(values).map(value -> value + 0.0).toArray();
    Arrays.sort(sorted);
    return sorted;
  }

  /** n·m·D, a whole number: the largest |i·m − j·n| with i and j the values up to some t. */
  private static long distance(double[] a, double[] b) {
    long largest = 0;
    int i = 0;
    int j = 0;
    while (i < a.length && j < b.length) {
      double t = Math.min(a[i], b[j]);
      while (i < a.length && a[i] == t) {
        i++;
      }
      while (j < b.length && b[j] == t) {
        j++;
      }
      largest = Math.max(largest, Math.abs((long) i * b.length - (long) j * a.length));
    }
    return largest;
  }

  /**
   * {@code log 2 Σ_k (−1)^{k−1} exp(−2k²λ²)}, Kolmogorov's limit. Below λ = 1 it is computed as one
   * minus {@code (√(2π)/λ) Σ_k exp(−(2k−1)²π²/(8λ²))}, which converges where the first series does
   * not.
   */
  static double logLimit(double lambda) {
    if (lambda <= 0) {
      return 0;
    }
    double sum = 0;
    if (lambda < 1) {
      for (int k = 1; k <= 7; k += 2) {
        sum += Math.exp(-k * k * Math.PI * Math.PI / (8 * lambda * lambda));
      }
      return Math.log1p(-Math.sqrt(2 * Math.PI) / lambda * sum);
    }
    for (int k = 2; k <= 6; k++) {
      double term = Math.exp(-2 * (k * k - 1) * lambda * lambda);
      sum += k % 2 == 0 ? -term : term;
    }
    return Math.log(2) - 2 * lambda * lambda + Math.log1p(sum);
  }

  /**
   * Counts lattice paths from (0, 0) to (n, m), with steps to the right or up, that leave a band
   * around the diagonal. Under the null hypothesis every ordering of the two samples' values is
   * such a path, all equally likely, and D measures how far the path strays.
   *
   * <p>A path is counted at the point where it first leaves: {@code Σ over points (i, j) outside:
   * f(i, j) · H(i, j)}, with f the share of paths to (i, j) that arrive from inside and had never
   * left, and H = C(i+j, i) C(n+m−i−j, n−i) / C(n+m, n) the share of all paths through it. All
   * terms are positive, so nothing cancels; H is kept as a logarithm, so nothing underflows.
   */
  static final class LatticePaths {
    private final int n;
    private final int m;
    private final long distance;
    private final double[] logFactorials;

    /** Logarithms of the terms; a path can leave at no more than 2(n + m) points. */
    private final double[] terms;

    private int count;

    private LatticePaths(int n, int m, long distance) {
      this.n = n;
      this.m = m;
      this.distance = distance;
      this.logFactorials = logFactorials(n + m);
      this.terms = new double[2 * (n + m + 1)];
    }

    /**
     * The logarithm of the share of paths with a point where {@code |i·m − j·n| ≥ distance}.
     *
     * @param distance from 0 to n·m
     */
    static double logShareOutside(int n, int m, long distance) {
      if (distance <= 0) {
        return 0;
      }
      LatticePaths paths = new LatticePaths(n, m, distance);
      paths.run();
      return paths.logSum();
    }

    /** Works row by row; {@code inside[j]} is the share of paths to (i, j) that never left. */
    private void run() {
      double[] inside = new double[m + 2];
      int low = 0;
      for (int i = 0; i <= n; i++) {
        int high = (int) Math.min(m, Math.floorDiv((long) i * m + distance - 1, (long) n) + 1);
        int first = low;
        for (int j = first; j <= high; j++) {
          double share = share(inside, i, j);
          if (Math.abs((long) i * m - (long) j * n) < distance) {
            inside[j] = share;
          } else {
            add(share, i, j);
            inside[j] = 0;
            low = (long) i * m > (long) j * n ? j + 1 : low;
          }
        }
      }
    }

    private static double share(double[] inside, int i, int j) {
      if (i == 0 && j == 0) {
        return 1;
      }
      double fromLeft = i == 0 ? 0 : i * inside[j];
      double fromBelow = j == 0 ? 0 : j * inside[j - 1];
      return (fromLeft + fromBelow) / (i + j);
    }

    private void add(double share, int i, int j) {
      if (share > 0) {
        double through = logPaths(i, j) + logPaths(n - i, m - j) - logPaths(n, m);
        terms[count++] = Math.log(share) + through;
      }
    }

    private double logPaths(int right, int up) {
      return logFactorials[right + up] - logFactorials[right] - logFactorials[up];
    }

    private double logSum() {
      double largest = Arrays.stream(terms, 0, count).max().orElseThrow();
      double sum = Arrays.stream(terms, 0, count).map(term -> Math.exp(term - largest)).sum();
      return Math.min(0, largest + Math.log(sum));
    }

    /**
     * Uses compensated summation: without it, twenty thousand roundings of numbers near 1e5 would
     * add up.
     */
    private static double[] logFactorials(int most) {
      double[] sums = new double[most + 1];
      double lost = 0;
      for (int k = 2; k <= most; k++) {
        double term = Math.log(k) - lost;
        sums[k] = sums[k - 1] + term;
        lost = sums[k] - sums[k - 1] - term;
      }
      return sums;
    }
  }
}
