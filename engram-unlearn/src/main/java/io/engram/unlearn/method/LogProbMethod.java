package io.engram.unlearn.method;

import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.SequenceLoss;

/**
 * A method whose loss is a sum over sequences, each term a function of that sequence's
 * log-probabilities.
 */
public interface LogProbMethod extends UnlearningMethod {
  /**
   * The contribution of one forget sequence to the update's loss.
   *
   * @param sample the sequence, with the answer or refusal that {@link #refusalUse} asks for
   * @param size size of the update's forget part
   */
  SequenceLoss forget(TokenizedSample sample, UpdateSize size);

  @Override
  default Objective objective(Drawn drawn, UpdateSize size, Reference reference) {
    return new Objective.OfLogProbs(forget(drawn.sample(), size));
  }
}
