package io.engram.unlearn.method;

import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;

/**
 * Plain descent on L, the mean −log p over the batch's labelled tokens: learning, not unlearning.
 */
public record Finetune() implements LogProbMethod {
  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    return new TokenMeanNll(1, size.tokens());
  }
}
