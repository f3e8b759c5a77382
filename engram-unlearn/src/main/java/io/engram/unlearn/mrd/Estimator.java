package io.engram.unlearn.mrd;

import io.engram.core.settings.Setting;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import java.util.List;

/**
 * How an estimator makes noise draws, and how many. An estimate is the mean of independent draws;
 * only {@link DrawLoop} averages them.
 */
public interface Estimator {
  /** Its name in a recipe. */
  String name();

  /** σ, the standard deviation of the noise on every parameter; 0: chosen by a trial. */
  @Setting(
      value = "1e-3",
      range = "> 0",
      unit = "parameter",
      auto = true,
      reason =
          "σ, the standard deviation of the noise added to every parameter. On SmolLM2-135M, MRD "
              + "grows as σ² up to 1e-3, as Theorem 3.2 predicts, but no longer at 3e-3; other "
              + "models may differ. auto: tries one pair at 1e-3, then picks the σ at which the "
              + "median MRD is about 0.03.")
  double sigma();

  /** Passes with noise per sample; 0: until the ranking is stable. */
  @Setting(
      value = "auto",
      range = ">= 1",
      unit = "passes",
      auto = true,
      reason =
          "Number of passes with noise behind an estimate. An antithetic pair is two, so it must "
              + "be even there. The standard error falls with its square root. auto: until the "
              + "ranking is stable (see stable_tau), and in a run no more than take as long as "
              + "its training. engram mrd makes 32 unless --draws says otherwise.")
  int draws();

  /** The maximum number of passes with {@code draws = 0}. */
  @Setting(
      value = "256",
      range = ">= 2",
      unit = "passes",
      reason = "The maximum number of passes with draws: auto.")
  int maxDraws();

  /** The expected Kendall τ with the true ranking at which {@code draws = 0} stops. */
  @Setting(
      value = "0.9",
      range = "[0, 1)",
      reason =
          "draws: auto stops once the expected Kendall's τ between the ranking and the true one, "
              + "estimated from halves of the draws, reaches this twice in a row.")
  double stableTau();

  /** Where the absolute value is taken. */
  default Absolute absolute() {
    return Absolute.OUTSIDE;
  }

  /** Which tokens count. */
  @Setting(
      value = "answer",
      reason = "Which tokens count. answer: those of the answer; all: all but the first.")
  Scope scope();

  /**
   * Measures the relative change of each sample under a perturbation.
   *
   * @param plain ℓ_t(θ) of each sample, nats
   */
  List<RelativeChange> changes(List<double[]> plain);

  /**
   * The source of draws.
   *
   * @throws io.engram.core.EngramException if the estimator can't make that many draws
   */
  DrawSource source(DrawRequest request);

  /** The number of draws, from the options. */
  default DrawRequest.Budget budget() {
    return draws() == 0
        ? new DrawRequest.Budget(maxDraws(), true, stableTau())
        : DrawRequest.Budget.of(draws());
  }
}
