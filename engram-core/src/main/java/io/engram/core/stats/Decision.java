package io.engram.core.stats;

/** What an interval says about the claim that a number is positive. */
public enum Decision {
  /** The whole interval is above zero. */
  HOLDS("holds"),
  /** The whole interval is below zero. */
  FAILS("fails"),
  /** Zero lies in the interval, or there is too little data for an interval. */
  UNDECIDED("can't be decided at this n"),
  /** The number is exactly zero, without any spread. */
  EQUAL("no difference at all"),
  /** The number was not measured. */
  UNMEASURED("not measured here");

  private final String text;

  Decision(String text) {
    this.text = text;
  }

  /** The decision for an interval. */
  public static Decision of(Bootstrap.Interval interval) {
    if (interval.low() > 0) {
      return HOLDS;
    }
    if (interval.high() < 0) {
      return FAILS;
    }
    return interval.low() == 0 && interval.high() == 0 ? EQUAL : UNDECIDED;
  }

  /** The decision in words. */
  public String text() {
    return text;
  }
}
