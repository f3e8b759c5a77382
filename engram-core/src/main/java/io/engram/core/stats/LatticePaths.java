package io.engram.core.stats;

import java.util.Arrays;

/**
 * Lattice paths from (0, 0) to (n, m), steps to the right or up, that leave a band around the
 * diagonal: under the null hypothesis each order of two samples' values is one such path, all
 * equally likely, and D is how far it strays.
 *
 * <p>A path is counted where it first leaves: {@code Σ over points (i, j) outside: f(i, j) · H(i,
 * j)}, f the share of paths to (i, j) that come there from inside and had never left, H = C(i+j, i)
 * C(n+m−i−j, n−i) / C(n+m, n) the share of all paths that pass it. All terms are positive, so that
 * nothing cancels, and H is a logarithm, so that nothing underflows.
 */
final class LatticePaths {
  private final int n;
  private final int m;
  private final long distance;
  private final double[] logFactorials;

  /** Logarithms of the terms; a path leaves at one of at most 2(n + m) points. */
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

  /** Row by row; {@code inside[j]} is the share of paths to (i, j) that never left. */
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

  /** Summed with compensation: twenty thousand roundings of numbers near 1e5 would show. */
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
