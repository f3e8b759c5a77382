package io.engram.unlearn.mrd;

import io.engram.core.settings.Setting;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import java.util.List;

/**
 * What the machinery of draws asks of an estimator: how a draw is made, and how many. An estimate
 * is the mean of independent draws; {@link DrawLoop} alone averages them.
 */
public interface Estimator {
  /** What a recipe calls it. */
  String name();

  /** σ, the standard deviation of the noise on every parameter; 0: found by a trial. */
  @Setting(
      value = "1e-3",
      range = "> 0",
      unit = "parameter",
      auto = true,
      reason =
          "σ of the noise on every parameter. Measured on SmolLM2-135M, MRD grows as σ² up to 1e-3,"
              + " as Theorem 3.2 has it, and no longer at 3e-3; other models may differ. auto: one"
              + " pair at 1e-3, then the σ at which the median MRD is about 0.03.")
  double sigma();

  /** Perturbed passes a sample; 0: until the ranking is stable. */
  @Setting(
      value = "32",
      range = ">= 1",
      unit = "passes",
      auto = true,
      reason =
          "Perturbed passes an estimate is made of; an antithetic pair is two, so even there. The"
              + " standard error falls with its root. auto: until the ranking is stable, see"
              + " stable_tau.")
  int draws();

  /** The most passes that {@code draws = 0} makes. */
  @Setting(
      value = "256",
      range = ">= 2",
      unit = "passes",
      reason = "The most passes that draws: auto makes.")
  int maxDraws();

  /** The expected Kendall τ with the true ranking at which {@code draws = 0} stops. */
  @Setting(
      value = "0.9",
      range = "[0, 1)",
      reason =
          "draws: auto stops when Kendall's τ between the ranking and the true one, as two halves"
              + " of the draws tell it, is expected to be this or more, twice in a row.")
  double stableTau();

  /** Where the absolute value stands. */
  default Absolute absolute() {
    return Absolute.OUTSIDE;
  }

  /** Which tokens count. */
  @Setting(value = "answer", reason = "Which tokens count: the answer's, or all but the first.")
  Scope scope();

  /**
   * What a perturbation's size is measured by, one for each sample.
   *
   * @param plain ℓ_t(θ) of each sample, nats
   */
  List<RelativeChange> changes(List<double[]> plain);

  /**
   * The source of draws.
   *
   * @throws io.engram.core.EngramException if the estimator can't make so many
   */
  DrawSource source(DrawRequest request);

  /** The number of draws, as the options say. */
  default DrawRequest.Budget budget() {
    return draws() == 0
        ? new DrawRequest.Budget(maxDraws(), true, stableTau())
        : DrawRequest.Budget.of(draws());
  }
}
