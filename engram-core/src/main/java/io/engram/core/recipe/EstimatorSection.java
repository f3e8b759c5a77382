package io.engram.core.recipe;

/**
 * {@code order.estimator}: how MRD is estimated.
 *
 * @param name which estimator
 * @param sigma σ, the standard deviation of the noise on every parameter
 * @param draws perturbed passes; a pair (antithetic, activation) is two
 * @param absolute where the absolute value stands
 * @param tokens mean or sum over a sample's tokens
 * @param scope which tokens count
 * @param clamp |ℓ_t| below this is taken as this, nats
 */
public record EstimatorSection(
    EstimatorName name,
    double sigma,
    int draws,
    Absolute absolute,
    Tokens tokens,
    Scope scope,
    double clamp) {
  /** The estimators. */
  public enum EstimatorName {
    /** Own draws for each sample, made in the activations; the weights are left alone. */
    ACTIVATION,
    /** δ and −δ with the same noise: every odd order cancels. */
    ANTITHETIC,
    /** Algorithm 1 as printed: own draws for each sample. */
    PAPER,
    /** One δ for all samples. */
    SHARED
  }

  /** Where the absolute value stands. */
  public enum Absolute {
    /** |E r|, as Algorithm 1's prose says. */
    OUTSIDE,
    /** E |r|. */
    INSIDE
  }

  /** How tokens are put together. */
  public enum Tokens {
    /** (1/n) Σ_t, as Eq. 4 says. */
    MEAN,
    /** Σ_t. */
    SUM
  }

  /** Which tokens count. */
  public enum Scope {
    /** The answer's. */
    ANSWER,
    /** All but the first. */
    ALL
  }
}
