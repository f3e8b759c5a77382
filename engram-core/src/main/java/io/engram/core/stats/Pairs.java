package io.engram.core.stats;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/** What every correlation asks of its two arrays. */
final class Pairs {
  private Pairs() {}

  /**
   * @throws IllegalArgumentException if the lengths differ, are below 2, or a value is NaN
   */
  static void check(double[] x, double[] y) {
    if (x.length != y.length || x.length < 2) {
      throw new IllegalArgumentException(
          "a correlation needs two arrays of one length, at least 2, not "
              + x.length
              + " and "
              + y.length);
    }
    if (DoubleStream.concat(Arrays.stream(x), Arrays.stream(y)).anyMatch(Double::isNaN)) {
      throw new IllegalArgumentException("a value is NaN: it has no rank");
    }
  }

  /** −0 becomes 0: Hipparchus takes them for two values. */
  static double[] oneZero(double[] values) {
    return Arrays.stream(values).map(value -> value + 0.0).toArray();
  }
}
