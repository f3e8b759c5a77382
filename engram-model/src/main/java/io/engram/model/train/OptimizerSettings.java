package io.engram.model.train;

/**
 * How an optimizer changes weights.
 *
 * @param algorithm which optimizer
 * @param learningRate the schedule's maximum
 * @param weightDecay λ, decoupled as in AdamW
 * @param beta1 β₁ of AdamW
 * @param beta2 β₂ of AdamW
 * @param epsilon ε of AdamW
 * @param momentum μ of SGD; 0: none
 * @param clipNorm the gradient's norm is clipped to this; 0: never
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
    /** All trained parameters. */
    ALL,
    /** Only matrices: norms and biases don't decay. */
    MATRICES
  }

  /** The learning rate after the warm-up. */
  public enum Schedule {
    /** Falls linearly to 0. */
    LINEAR,
    /** Stays constant. */
    CONSTANT,
    /** Falls to 0 along a half cosine. */
    COSINE,
    /** Warm-up, stable, decay: constant for a third of the updates, then falls linearly to 0. */
    WSD
  }

  /** Share of the updates over which {@link Schedule#WSD} falls. */
  private static final double DECAY = 2.0 / 3;

  /** Whether a weight with this many dimensions decays. */
  boolean decays(long dimensions) {
    return decay == Decay.ALL || dimensions >= 2;
  }

  /**
   * The learning rate of an update, as in transformers' schedules: a linear rise over the warm-up,
   * during which update 0 has rate 0, then constant, a straight line to 0, a half cosine to 0, or
   * constant for a third and a straight line to 0.
   *
   * @param update counted from 0
   * @param total updates of the whole run
   */
  public double learningRate(int update, int total) {
    return learningRate * factor(update, total);
  }

  private double factor(int update, int total) {
    if (update < warmupUpdates) {
      return (double) update / Math.max(1, warmupUpdates);
    }
    double left = (double) (total - update) / Math.max(1, total - warmupUpdates);
    return switch (schedule) {
      case CONSTANT -> 1;
      case LINEAR -> Math.max(0, left);
      case WSD -> Math.max(0, Math.min(1, left / DECAY));
      case COSINE -> Math.max(0, 0.5 * (1 + Math.cos(Math.PI * (1 - left))));
    };
  }
}
