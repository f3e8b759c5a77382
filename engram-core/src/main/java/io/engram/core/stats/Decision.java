package io.engram.core.stats;

/** What an interval says of the claim that a number is positive. */
public enum Decision {
  /** The whole interval is above zero. */
  HOLDS("holds"),
  /** The whole interval is below zero. */
  FAILS("fails"),
  /** Zero lies in the interval, or there is too little for one. */
  UNDECIDED("can't be decided at this n"),
  /** It is zero without any scatter. */
  EQUAL("no difference at all"),
  /** There is no number. */
  UNMEASURED("not measured here");

  private final String text;

  Decision(String text) {
    this.text = text;
  }

  /** Of an interval. */
  public static Decision of(Bootstrap.Interval interval) {
    if (interval.low() > 0) {
      return HOLDS;
    }
    if (interval.high() < 0) {
      return FAILS;
    }
    return interval.low() == 0 && interval.high() == 0 ? EQUAL : UNDECIDED;
  }

  /** In words. */
  public String text() {
    return text;
  }
}
