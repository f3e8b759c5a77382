package io.engram.unlearn.reproduce;

import io.engram.core.stats.Bootstrap;
import io.engram.core.stats.Decision;
import io.engram.core.stats.PairedDifference;

/**
 * A claim that the paper makes about two rows, and the result of our trials. Trials with the same
 * seed are compared with each other, so that effects of the seed on both cancel.
 *
 * @param text the claim in words
 * @param paper the difference that the paper prints, in the direction of the claim; NaN if it
 *     prints none
 * @param ours the mean difference, in the direction of the claim
 * @param interval its interval, 95 % unless stated otherwise
 * @param n number of pairs, or samples
 * @param verdict the conclusion
 */
public record Claim(
    String text, double paper, double ours, Bootstrap.Interval interval, int n, Decision verdict) {
  private static final double LEVEL = 0.95;
  private static final int FEW = 8;

  /**
   * A claim about pairs of trials.
   *
   * @param better the row that should be better, one value per trial
   * @param other the other row, with the same seeds
   * @param higherIsBetter the metric's direction
   */
  static Claim of(
      String text, double paper, double[] better, double[] other, boolean higherIsBetter) {
    return of(text, paper, better, other, higherIsBetter, LEVEL);
  }

  /** The same with an interval of another level, for a claim selected among several. */
  static Claim of(
      String text,
      double paper,
      double[] better,
      double[] other,
      boolean higherIsBetter,
      double level) {
    PairedDifference difference =
        higherIsBetter
            ? PairedDifference.of(other, better, level)
            : PairedDifference.of(better, other, level);
    return of(text, paper, difference.mean(), difference.interval(), difference.n());
  }

  /** A claim about a number that is positive if the claim holds, with its 95 % interval. */
  static Claim of(String text, double paper, double ours, Bootstrap.Interval interval, int n) {
    return new Claim(text, paper, ours, interval, n, Decision.of(interval));
  }

  /**
   * A claim about a number with a bootstrap interval, which is meaningless for fewer than eight
   * samples.
   */
  static Claim bootstrapped(
      String text, double paper, double ours, Bootstrap.Interval interval, int n) {
    return of(text, paper, ours, n < FEW ? Bootstrap.Interval.NOTHING : interval, n);
  }

  /** A claim that was not measured. */
  static Claim unmeasured(String text, double paper) {
    Bootstrap.Interval none = new Bootstrap.Interval(Double.NaN, Double.NaN);
    return new Claim(text, paper, Double.NaN, none, 0, Decision.UNMEASURED);
  }
}
