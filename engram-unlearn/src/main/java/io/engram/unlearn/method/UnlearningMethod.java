package io.engram.unlearn.method;

import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;

/**
 * What is minimised on the forget samples of an update. The retain term is the same for all methods
 * ({@link RetainTerm}) and added by the loop; which samples come when is the order's business.
 */
public interface UnlearningMethod {
  /**
   * One forget sequence's part of the update's loss.
   *
   * @param sample the sequence; for {@link #replacesAnswers} with a refusal as its answer
   * @param size of the update's forget part
   */
  SequenceLoss forget(TokenizedSample sample, UpdateSize size);

  /** Whether each drawn sample's answer is replaced by a refusal. */
  default boolean replacesAnswers() {
    return false;
  }
}
