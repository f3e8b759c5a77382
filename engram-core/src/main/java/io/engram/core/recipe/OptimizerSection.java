package io.engram.core.recipe;

import java.util.List;

/**
 * {@code optimizer}.
 *
 * @param name which one
 * @param learningRate the highest of the schedule
 * @param weightDecay decoupled, as AdamW's
 * @param betas β₁ and β₂ of AdamW
 * @param epsilon ε of AdamW
 * @param momentum of SGD
 * @param clipNorm the gradient's norm is cut to this; 0: never
 * @param decay which parameters decay
 * @param schedule of the learning rate
 * @param warmupUpdates over how many updates it rises from 0
 */
public record OptimizerSection(
    OptimizerName name,
    double learningRate,
    double weightDecay,
    List<Double> betas,
    double epsilon,
    double momentum,
    double clipNorm,
    Decay decay,
    Schedule schedule,
    int warmupUpdates) {
  /** The optimisers. */
  public enum OptimizerName {
    /** Adam with decoupled weight decay. */
    ADAMW,
    /** Stochastic gradient descent. */
    SGD
  }

  /** Which parameters decay. */
  public enum Decay {
    /** Every trained one. */
    ALL,
    /** Norms and biases left out. */
    MATRICES
  }

  /** The learning rate after the warm-up. */
  public enum Schedule {
    /** Falls to 0 in a straight line. */
    LINEAR,
    /** Stays. */
    CONSTANT,
    /** Falls to 0 along a half cosine. */
    COSINE
  }

  /** Copies the list. */
  public OptimizerSection {
    betas = List.copyOf(betas);
  }
}
