package io.engram.unlearn.reproduce;

import io.engram.core.stats.Bootstrap;
import io.engram.core.stats.Decision;
import io.engram.core.stats.PairedDifference;

/**
 * Something that the paper says of two rows, and what our trials say of it. Trials of the same seed
 * are compared with each other, so that what a seed does to both falls out.
 *
 * @param text the claim in words
 * @param paper the difference that the paper prints, in the direction of the claim; NaN: it prints
 *     none
 * @param ours the mean difference, in the direction of the claim
 * @param interval its interval, 95 % where nothing else is said
 * @param n pairs, or samples
 * @param verdict what follows
 */
public record Claim(
    String text, double paper, double ours, Bootstrap.Interval interval, int n, Decision verdict) {
  private static final double LEVEL = 0.95;
  private static final int FEW = 8;

  /**
   * Of pairs of trials.
   *
   * @param better what should be the better one, a value a trial
   * @param other the other, of the same seeds
   * @param higherIsBetter the measure's direction
   */
  static Claim of(
      String text, double paper, double[] better, double[] other, boolean higherIsBetter) {
    return of(text, paper, better, other, higherIsBetter, LEVEL);
  }

  /** The same with an interval of another level, for a claim that was chosen among several. */
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

  /** Of a number that is positive where the claim holds, with its 95 % interval. */
  static Claim of(String text, double paper, double ours, Bootstrap.Interval interval, int n) {
    return new Claim(text, paper, ours, interval, n, Decision.of(interval));
  }

  /** Of a number with a bootstrap interval, which of fewer than eight samples says nothing. */
  static Claim bootstrapped(
      String text, double paper, double ours, Bootstrap.Interval interval, int n) {
    return of(text, paper, ours, n < FEW ? Bootstrap.Interval.NOTHING : interval, n);
  }

  /** Of what was not measured. */
  static Claim unmeasured(String text, double paper) {
    Bootstrap.Interval none = new Bootstrap.Interval(Double.NaN, Double.NaN);
    return new Claim(text, paper, Double.NaN, none, 0, Decision.UNMEASURED);
  }
}
