package io.engram.unlearn.mrd;

import io.engram.core.settings.Faults;
import io.engram.core.settings.SelfChecking;
import io.engram.core.settings.Setting;
import java.util.Locale;

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
    @Setting(
            value = "antithetic",
            reason =
                "How MRD is estimated. antithetic: pairs of noise and its negative, which "
                    + "cancel the gradient's share; shared: one noise for all samples; paper: "
                    + "Algorithm 1 as printed, slowest; activation: as exact, own noise for each "
                    + "sample, without a float32 copy of the weights. Scores of their own, from "
                    + "gradients alone: gradient, gauss_newton. In MRD's place: predicted_updates, "
                    + "how many updates a sample needs by one gradient and one look along it; with "
                    + "weight: mrd, p_i ∝ 1 / updates.")
        EstimatorName name,
    @Setting(
            value = "auto",
            reason =
                "A term whose mean a few backward passes tell, and which takes noise out of "
                    + "antithetic pairs. auto: with pairs and absolute: outside; left off, with a "
                    + "note, where σ is too large for it.")
        ControlVariate controlVariate,
    @Setting(
            value = "1e-3",
            range = "> 0",
            unit = "parameter",
            auto = true,
            reason =
                "σ of the noise on every parameter. Measured on SmolLM2-135M, MRD grows as σ² "
                    + "up to 1e-3, as Theorem 3.2 has it, and no longer at 3e-3; other models may "
                    + "differ. auto: one pair at 1e-3, then the σ at which the median MRD is about "
                    + "0.03.")
        double sigma,
    @Setting(
            value = "32",
            range = ">= 1",
            unit = "passes",
            auto = true,
            reason =
                "Perturbed passes an estimate is made of; an antithetic pair is two, so even "
                    + "there. The standard error falls with its root. auto: until the ranking is "
                    + "stable, see stable_tau.")
        int draws,
    @Setting(
            value = "256",
            range = ">= 2",
            unit = "passes",
            reason = "The most passes that draws: auto makes.")
        int maxDraws,
    @Setting(
            value = "0.9",
            range = "[0, 1)",
            reason =
                "draws: auto stops when Kendall's τ between the ranking and the true one, as "
                    + "two halves of the draws tell it, is expected to be this or more, twice in a "
                    + "row.")
        double stableTau,
    @Setting(
            value = "outside",
            reason =
                "outside: |E r|, as Algorithm 1 says, a measure of curvature; inside: E |r|, "
                    + "for small σ the gradient's norm.")
        Absolute absolute,
    @Setting(
            value = "mean",
            reason =
                "mean over a sample's tokens, as Eq. 4, so that length does not enter; or their "
                    + "sum.")
        Tokens tokens,
    @Setting(value = "answer", reason = "Which tokens count: the answer's, or all but the first.")
        Scope scope,
    @Setting(
            value = "1e-6",
            range = "> 0",
            unit = "nats",
            reason =
                "A |log-probability| below this is taken as this; it stands in a denominator, "
                    + "and a memorised token's is near 0.")
        double clamp,
    @Setting(
            value = "1.5",
            range = "> 0",
            unit = "nats a token",
            reason =
                "predicted_updates only: the mean loss at which a sample counts as forgotten. "
                    + "The updates are those of optimizer.name at optimizer.learning_rate, on this "
                    + "sample alone, without schedule, decay, momentum and clipping.")
        double until)
    implements SelfChecking {
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

  @Override
  public void check(String section, Faults faults) {
    String named = section + ".name = " + name.name().toLowerCase(Locale.ROOT);
    boolean inPairs = name == EstimatorName.ANTITHETIC || name == EstimatorName.ACTIVATION;
    int passes = hasAutoDraws() ? maxDraws : draws;
    faults.require(
        !inPairs || passes % 2 == 0,
        section + (hasAutoDraws() ? ".max_draws" : ".draws"),
        " = %d: must be even with %s, whose pairs are two passes".formatted(passes, named),
        section + ".name");
    boolean pairsOutside = name == EstimatorName.ANTITHETIC && absolute == Absolute.OUTSIDE;
    faults.require(
        name == EstimatorName.PREDICTED_UPDATES
            || controlVariate != ControlVariate.ON
            || pairsOutside,
        section + ".control_variate",
        " = on: needs %s.name = antithetic and %s.absolute = outside".formatted(section, section),
        section + ".name",
        section + ".absolute");
    faults.require(
        name == EstimatorName.PREDICTED_UPDATES || until == DEFAULT_UNTIL,
        section + ".until",
        " = %s: is of predicted_updates alone; %s".formatted(until, named),
        section + ".name");
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
