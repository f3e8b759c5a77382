package io.engram.core.stats;

/** What every correlation asks of its two arrays. */
final class Pairs {
  private Pairs() {}

  static void check(double[] x, double[] y) {
    if (x.length != y.length || x.length < 2) {
      throw new IllegalArgumentException(
          "a correlation needs two arrays of one length, at least 2, not "
              + x.length
              + " and "
              + y.length);
    }
  }
}
