package io.engram.unlearn.mrd;

import io.engram.core.EngramException;
import io.engram.unlearn.mrd.EstimatorSection.Absolute;
import io.engram.unlearn.mrd.EstimatorSection.Tokens;

/**
 * What MRD is taken to be, where the paper leaves it open, and how exactly it is estimated.
 *
 * @param sigma σ, the noise's standard deviation, in units of the parameters
 * @param draws K, perturbed passes a sample, or the most there may be; an antithetic pair is two
 * @param auto whether to stop earlier, once the ranking is stable
 * @param stableTau the expected Kendall τ at which it is ({@link StableRanking})
 * @param absolute |E r| or E |r|
 * @param tokens mean or sum over a sample's tokens
 * @param clamp |ℓ_t(θ)| below this is taken as this in the denominator, nats
 */
public record MrdSettings(
    double sigma,
    int draws,
    boolean auto,
    double stableTau,
    Absolute absolute,
    Tokens tokens,
    double clamp) {
  /**
   * Checks the ranges.
   *
   * @throws EngramException if σ, K or the clamp is not positive
   */
  public MrdSettings {
    require(sigma > 0 && Double.isFinite(sigma), "sigma", sigma, "a number above 0");
    require(draws >= 1, "draws", draws, "1 or more");
    require(clamp > 0 && Double.isFinite(clamp), "clamp", clamp, "a number above 0");
  }

  /** With a fixed number of draws. */
  public MrdSettings(double sigma, int draws, Absolute absolute, Tokens tokens, double clamp) {
    this(sigma, draws, false, 1, absolute, tokens, clamp);
  }

  /**
   * As a recipe says, at this σ.
   *
   * @param sigma the recipe's, or what {@code auto} came to
   */
  public static MrdSettings of(EstimatorSection section, double sigma) {
    return new MrdSettings(
        sigma,
        section.hasAutoDraws() ? section.maxDraws() : section.draws(),
        section.hasAutoDraws(),
        section.stableTau(),
        section.absolute(),
        section.tokens(),
        section.clamp());
  }

  /**
   * Checks that the draws come in pairs.
   *
   * @param estimator whose name the message has
   * @throws EngramException if their number is odd
   */
  void requirePairs(String estimator) {
    if (draws % 2 != 0) {
      throw EngramException.usage(
          "order.estimator.%s = %d: must be even with order.estimator.name = %s, whose pairs are two passes"
              .formatted(auto ? "max_draws" : "draws", draws, estimator));
    }
  }

  private static void require(boolean holds, String key, Number value, String right) {
    if (!holds) {
      throw EngramException.usage(
          "order.estimator.%s = %s: must be %s".formatted(key, value, right));
    }
  }
}
