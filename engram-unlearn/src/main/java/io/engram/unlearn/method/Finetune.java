package io.engram.unlearn.method;

import io.engram.core.settings.Choice;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.SequenceLoss;

/**
 * Fine-tuning, not unlearning: gradient descent on L, the mean −log p over the batch's labelled
 * tokens.
 */
@Choice(value = "finetune", summary = "gradient descent, the method of engram finetune")
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
