package io.engram.model.train;

import java.util.Arrays;

/**
 * A loss of one sequence, or of several together, as a function of the labelled tokens'
 * log-probabilities; plain arithmetic, no tensor. What a method minimises is a sum of these.
 */
@FunctionalInterface
public interface SequenceLoss {
  /**
   * Value and slope at these log-probabilities.
   *
   * @param logProbs ℓ_t in nats, {@code [n]}; of several sequences one after the other
   */
  Slope at(double[] logProbs);

  /**
   * A loss and how it changes.
   *
   * @param loss the part of these sequences in the batch's loss
   * @param gradient dL/dℓ_t, {@code [n]}
   */
  record Slope(double loss, double[] gradient) {
    /** Both multiplied. */
    Slope times(double factor) {
      return new Slope(
          factor * loss, Arrays.stream(gradient).map(slope -> factor * slope).toArray());
    }
  }
}
