package io.engram.core.recipe;

import java.util.List;

/**
 * {@code order.estimator}: how MRD is estimated, or what takes its place.
 *
 * @param name which estimator
 * @param controlVariate whether noise is taken out of antithetic pairs
 * @param sigma σ, the standard deviation of the noise on every parameter; 0: auto
 * @param draws perturbed passes; a pair (antithetic, activation) is two; 0: auto
 * @param maxDraws the most passes that auto makes
 * @param stableTau the expected Kendall τ with the true ranking at which auto stops
 * @param absolute where the absolute value stands
 * @param tokens mean or sum over a sample's tokens
 * @param scope which tokens count
 * @param clamp |ℓ_t| below this is taken as this, nats
 * @param until τ of predicted updates: a mean loss of this is forgotten, nats a token
 */
public record EstimatorSection(
    EstimatorName name,
    ControlVariate controlVariate,
    double sigma,
    int draws,
    int maxDraws,
    double stableTau,
    Absolute absolute,
    Tokens tokens,
    Scope scope,
    double clamp,
    double until) {
  /** The word in a recipe that stands for 0 here. */
  static final String AUTO = "auto";

  /** The keys that may have it. */
  static final List<String> AUTO_KEYS = List.of("sigma", "draws");

  private static final double DEFAULT_UNTIL = 1.5;

  /** With a fixed number of draws and no control variate. */
  public EstimatorSection(
      EstimatorName name,
      double sigma,
      int draws,
      Absolute absolute,
      Tokens tokens,
      Scope scope,
      double clamp) {
    this(
        name,
        ControlVariate.OFF,
        sigma,
        draws,
        Math.max(draws, 1),
        1,
        absolute,
        tokens,
        scope,
        clamp,
        DEFAULT_UNTIL);
  }

  /** Whether draws go on until the ranking is stable. */
  public boolean hasAutoDraws() {
    return draws == 0;
  }

  /** Whether σ is found by a trial. */
  public boolean hasAutoSigma() {
    return sigma == 0;
  }

  /** The estimators. */
  public enum EstimatorName {
    /** Own draws for each sample, made in the activations; the weights are left alone. */
    ACTIVATION,
    /** δ and −δ with the same noise: every odd order cancels. */
    ANTITHETIC,
    /** Algorithm 1 as printed: own draws for each sample. */
    PAPER,
    /** One δ for all samples. */
    SHARED,
    /** The first of the two terms of MRD's second order, from gradients; not MRD. */
    GRADIENT,
    /** MRD's second order with the Gauss-Newton matrix for the Hessian; not MRD. */
    GAUSS_NEWTON,
    /** How many updates a sample needs, from one gradient and a look along it; not MRD. */
    PREDICTED_UPDATES;

    /** Whether it estimates MRD itself, by noise on the parameters. */
    public boolean isMrd() {
      return switch (this) {
        case ACTIVATION, ANTITHETIC, PAPER, SHARED -> true;
        case GRADIENT, GAUSS_NEWTON, PREDICTED_UPDATES -> false;
      };
    }
  }

  /** Whether a control variate is used. */
  public enum ControlVariate {
    /** Where it helps: with pairs and the absolute value outside. */
    AUTO,
    /** Always. */
    ON,
    /** Never. */
    OFF
  }

  /** Where the absolute value stands. */
  public enum Absolute {
    /** |E r|, as Algorithm 1's prose says. */
    OUTSIDE,
    /** E |r|. */
    INSIDE;

    /** What of one r is averaged. */
    public double of(double r) {
      return this == INSIDE ? Math.abs(r) : r;
    }
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
