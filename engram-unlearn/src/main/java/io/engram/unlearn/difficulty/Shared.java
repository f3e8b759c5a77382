package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choice;
import io.engram.unlearn.mrd.DrawRequest;
import io.engram.unlearn.mrd.DrawSource;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.RelativeChange;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import java.util.List;

/**
 * Shares each perturbation δ_k among all samples: K perturbed models, each scoring the whole set.
 * Each sample has the same expectation and error as with {@link Paper} and the same K, but the
 * errors of different samples are not independent.
 *
 * <p>Draw k comes from stream (seed, "mrd-shared", epoch, k).
 */
@Choice(value = "shared", summary = "MRD with each noise draw shared by all samples")
public record Shared(
    double sigma,
    int draws,
    int maxDraws,
    double stableTau,
    Absolute absolute,
    Tokens tokens,
    Scope scope,
    double clamp)
    implements MrdScore {
  @Override
  public MrdScore reading(double otherSigma, int otherDraws, Absolute where, Tokens over) {
    return new Shared(otherSigma, otherDraws, maxDraws, stableTau, where, over, scope, clamp);
  }

  @Override
  public DrawSource source(DrawRequest request) {
    List<RelativeChange> samples = changes(request.plain());
    return new DrawSource.Plain(
        samples,
        absolute,
        k ->
            request
                .scorer()
                .logProbs(request.all(), request.stream("mrd-shared", k), request.sigma()));
  }
}
