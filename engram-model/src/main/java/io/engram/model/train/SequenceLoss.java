package io.engram.model.train;

/**
 * A loss of one sequence as a function of its labelled tokens' log-probabilities; plain arithmetic,
 * no tensor. What a method minimises is a sum of these.
 */
@FunctionalInterface
public interface SequenceLoss {
  /**
   * Value and slope at these log-probabilities.
   *
   * @param logProbs ℓ_t in nats, {@code [n]}
   */
  Slope at(double[] logProbs);

  /**
   * A loss and how it changes.
   *
   * @param loss the sequence's part of the batch's loss
   * @param gradient dL/dℓ_t, {@code [n]}
   */
  record Slope(double loss, double[] gradient) {}
}
