package io.engram.model.train;

/**
 * How an optimizer changes weights.
 *
 * @param algorithm which optimizer
 * @param learningRate the highest of the schedule
 * @param weightDecay λ, decoupled as in AdamW
 * @param beta1 β₁ of AdamW
 * @param beta2 β₂ of AdamW
 * @param epsilon ε of AdamW
 * @param momentum μ of SGD; 0: none
 * @param clipNorm the gradient's norm is cut to this; 0: never
 * @param decay which parameters decay
 * @param schedule of the learning rate
 * @param warmupUpdates updates over which the rate rises from 0
 */
public record OptimizerSettings(
    Algorithm algorithm,
    double learningRate,
    double weightDecay,
    double beta1,
    double beta2,
    double epsilon,
    double momentum,
    double clipNorm,
    Decay decay,
    Schedule schedule,
    int warmupUpdates) {
  /** The optimizers. */
  public enum Algorithm {
    /** Adam with decoupled weight decay. */
    ADAMW,
    /** Stochastic gradient descent. */
    SGD
  }

  /** Which parameters decay. */
  public enum Decay {
    /** Every trained one. */
    ALL,
    /** Matrices alone: norms and biases don't. */
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

  /** Whether a weight of so many dimensions decays. */
  boolean decays(long dimensions) {
    return decay == Decay.ALL || dimensions >= 2;
  }
}
