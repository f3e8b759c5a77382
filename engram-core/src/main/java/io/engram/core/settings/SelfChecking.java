package io.engram.core.settings;

/** A record whose values can each be allowed and still not go together. */
public interface SelfChecking {
  /**
   * Reports the values that don't go together.
   *
   * @param section where the record stands, such as {@code order.estimator}
   */
  void check(String section, Faults faults);
}
