package io.engram.unlearn.difficulty;

import io.engram.core.ProgressListener;
import io.engram.unlearn.difficulty.Antithetic.Control;
import io.engram.unlearn.mrd.DrawLoop;
import io.engram.unlearn.mrd.DrawLoop.KeptDraws;
import io.engram.unlearn.mrd.DrawRequest;
import io.engram.unlearn.mrd.Estimator;
import io.engram.unlearn.mrd.GradientScorer;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.MrdEstimate;
import io.engram.unlearn.mrd.NoisyScorer;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import java.util.List;

/** Estimators with a fixed number of draws, and what they say of models without a file. */
public final class Estimates {
  /** Of a model that has none: asking for one is a mistake. */
  public static final GradientScorer NO_GRADIENTS =
      new GradientScorer() {
        @Override
        public double[] squaredNorms(Coefficients coefficients) {
          throw new UnsupportedOperationException();
        }

        @Override
        public double[] gaussNewton(Coefficients weights, int draw) {
          throw new UnsupportedOperationException();
        }
      };

  private Estimates() {}

  /** MRD by this estimator, without a control variate. */
  public static MrdScore mrd(
      String name, double sigma, int draws, Absolute absolute, Tokens tokens) {
    return switch (name) {
      case "antithetic" -> pairs(Control.OFF, sigma, draws, absolute, tokens);
      case "activation" -> new Activation(sigma, draws, 2, 1, absolute, tokens, Scope.ANSWER, 1e-6);
      case "paper" -> new Paper(sigma, draws, 2, 1, absolute, tokens, Scope.ANSWER, 1e-6);
      case "shared" -> new Shared(sigma, draws, 2, 1, absolute, tokens, Scope.ANSWER, 1e-6);
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** MRD by pairs. */
  public static Antithetic pairs(
      Control control, double sigma, int draws, Absolute absolute, Tokens tokens) {
    return new Antithetic(
        control, sigma, draws, Math.max(draws, 1), 1, absolute, tokens, Scope.ANSWER, 1e-6);
  }

  /** By pairs, as the paper defines MRD. */
  public static Antithetic pairs(Control control, double sigma, int draws) {
    return pairs(control, sigma, draws, Absolute.OUTSIDE, Tokens.MEAN);
  }

  /** A request for the estimator's own σ and number of draws. */
  public static DrawRequest request(
      Estimator estimator, NoisyScorer scorer, int samples, long seed, int epoch) {
    return new DrawRequest(
        scorer,
        scorer instanceof GradientScorer gradients ? gradients : NO_GRADIENTS,
        samples,
        estimator.sigma(),
        estimator.budget(),
        seed,
        epoch);
  }

  /** What the estimator's draws of this model say. */
  public static DrawLoop.Result run(
      Estimator estimator, NoisyScorer scorer, int samples, long seed, int epoch) {
    return run(estimator, request(estimator, scorer, samples, seed, epoch), KeptDraws.NONE);
  }

  /** The same of a request. */
  public static DrawLoop.Result run(Estimator estimator, DrawRequest request, KeptDraws kept) {
    return new DrawLoop(estimator.source(request), request.budget(), kept)
        .run(ProgressListener.NONE);
  }

  /** The estimates alone, of epoch 0. */
  public static List<MrdEstimate> of(
      Estimator estimator, NoisyScorer scorer, int samples, long seed) {
    return run(estimator, scorer, samples, seed, 0).estimates();
  }
}
