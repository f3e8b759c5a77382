package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;

/**
 * Plain descent on L, the mean −log p over the batch's labelled tokens: learning, not unlearning.
 */
@Choice(value = "finetune", summary = "plain descent, for engram finetune and its default")
public record Finetune() implements LogProbMethod {
  @Override
  public double forgetWeight() {
    return 1;
  }

  @Override
  public double retainWeight() {
    return 0;
  }

  @Override
  public RetainLoss retainLoss() {
    return RetainLoss.NLL;
  }

  @Override
  public boolean forgets() {
    return false;
  }

  @Override
  public SequenceLoss forget(TokenizedSample sample, UpdateSize size) {
    return new TokenMeanNll(1, size.tokens());
  }
}
