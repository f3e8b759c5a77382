package io.engram.unlearn.reproduce;

import io.engram.core.stats.Bootstrap;
import io.engram.core.stats.MeanWithError;
import io.engram.core.stats.StudentT;

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
    String text, double paper, double ours, Bootstrap.Interval interval, int n, Verdict verdict) {
  private static final double LEVEL = 0.95;
  private static final int FEW = 8;

  /** What can be said of a claim. */
  public enum Verdict {
    /** The whole interval is on the claim's side of zero. */
    HOLDS("holds"),
    /** The whole interval is on the other side. */
    FAILS("fails"),
    /** Zero lies in the interval, or there are fewer than two pairs. */
    UNDECIDED("can't be decided at this n"),
    /** Every pair is equal. */
    EQUAL("no difference at all"),
    /** The runs here lack the measure. */
    UNMEASURED("not measured here");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }

    /** In words. */
    public String text() {
      return text;
    }
  }

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
    double[] differences = new double[better.length];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = higherIsBetter ? better[i] - other[i] : other[i] - better[i];
    }
    return of(
        text,
        paper,
        MeanWithError.of(differences).mean(),
        StudentT.interval(differences, level),
        differences.length);
  }

  /** Of a number that is positive where the claim holds, with its 95 % interval. */
  static Claim of(String text, double paper, double ours, Bootstrap.Interval interval, int n) {
    return new Claim(text, paper, ours, interval, n, verdict(ours, interval));
  }

  /** Of a number with a bootstrap interval, which of fewer than eight samples says nothing. */
  static Claim bootstrapped(
      String text, double paper, double ours, Bootstrap.Interval interval, int n) {
    return of(text, paper, ours, n < FEW ? Bootstrap.Interval.NOTHING : interval, n);
  }

  /** Of what was not measured. */
  static Claim unmeasured(String text, double paper) {
    Bootstrap.Interval none = new Bootstrap.Interval(Double.NaN, Double.NaN);
    return new Claim(text, paper, Double.NaN, none, 0, Verdict.UNMEASURED);
  }

  private static Verdict verdict(double mean, Bootstrap.Interval interval) {
    if (interval.low() > 0) {
      return Verdict.HOLDS;
    }
    if (interval.high() < 0) {
      return Verdict.FAILS;
    }
    boolean equal = mean == 0 && interval.low() == 0 && interval.high() == 0;
    return equal ? Verdict.EQUAL : Verdict.UNDECIDED;
  }
}
