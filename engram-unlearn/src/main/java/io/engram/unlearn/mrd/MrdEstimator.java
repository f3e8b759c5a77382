package io.engram.unlearn.mrd;

import io.engram.core.ProgressListener;
import io.engram.unlearn.mrd.EstimatorSection.EstimatorName;
import java.util.List;

/**
 * A way to estimate {@code MRD(x;θ) = | E_δ r(δ) |, δ ~ N(0, σ²I)} for all samples of a set. All
 * but those that say otherwise have the same expectation; they differ in how many passes an error
 * costs.
 */
@FunctionalInterface
public interface MrdEstimator {
  /**
   * The source of values for samples 0 to {@code sampleCount} − 1.
   *
   * @param seed the run's; with {@code epoch} and the estimator's own purpose it names the streams
   *     of noise, so that any draw can be made again
   * @param epoch before which epoch, from 0
   */
  DrawSource draws(NoisyScorer scorer, int sampleCount, MrdSettings settings, long seed, int epoch);

  /**
   * The MRD of samples 0 to {@code sampleCount} − 1.
   *
   * @return an estimate a sample, in order
   */
  default List<MrdEstimate> estimate(
      NoisyScorer scorer,
      int sampleCount,
      MrdSettings settings,
      long seed,
      int epoch,
      ProgressListener progress) {
    DrawSource source = draws(scorer, sampleCount, settings, seed, epoch);
    return new DrawLoop(source, settings, KeptDraws.NONE).run(progress).estimates();
  }

  /** The estimator of this name, of those that need noise alone. */
  static MrdEstimator named(EstimatorName name) {
    return switch (name) {
      case ACTIVATION -> new ActivationEstimator();
      case ANTITHETIC -> new AntitheticEstimator();
      case PAPER -> new PaperEstimator();
      case SHARED -> new SharedEstimator();
      case GRADIENT, GAUSS_NEWTON, PREDICTED_UPDATES ->
          throw new IllegalArgumentException(name + " needs gradients");
    };
  }
}
