package io.engram.core.settings;

/** A record whose values may be valid on their own but contradict each other. */
public interface SelfChecking {
  /**
   * Reports values that contradict each other.
   *
   * @param section path of the record, such as {@code order.estimator}
   */
  void check(String section, Faults faults);
}
