package io.engram.unlearn.method;

import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.SequenceLoss;

/** A method whose loss is a sum over sequences of functions of their log-probabilities. */
public interface LogProbMethod extends UnlearningMethod {
  /**
   * One forget sequence's part of the update's loss.
   *
   * @param sample the sequence, with the answer that {@link #refusalUse} asks for
   * @param size of the update's forget part
   */
  SequenceLoss forget(TokenizedSample sample, UpdateSize size);

  @Override
  default Objective objective(Drawn drawn, UpdateSize size, Reference reference) {
    return new Objective.OfLogProbs(forget(drawn.sample(), size));
  }
}
