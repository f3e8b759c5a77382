package io.engram.unlearn.order;

/** Which samples of the forget set an epoch visits, in which order. */
@FunctionalInterface
public interface SampleOrder {
  /**
   * The samples of an epoch, from 0; the same on every call.
   *
   * @return indices among the samples that are drawn from, as many as the forget set has samples
   */
  int[] epoch(int epoch);
}
