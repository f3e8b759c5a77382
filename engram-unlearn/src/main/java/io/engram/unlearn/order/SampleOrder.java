package io.engram.unlearn.order;

/** Which sample is drawn next. */
public interface SampleOrder {
  /**
   * The draws of one epoch: as many as there are samples.
   *
   * @param epoch counted from 0; the same epoch always gives the same draws
   * @return indices of samples, in the order in which they are drawn
   */
  int[] epoch(int epoch);
}
