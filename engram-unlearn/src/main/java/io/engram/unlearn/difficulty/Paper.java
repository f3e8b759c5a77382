package io.engram.unlearn.difficulty;

import io.engram.core.random.RandomStream;
import io.engram.core.settings.Choice;
import io.engram.unlearn.mrd.DrawRequest;
import io.engram.unlearn.mrd.DrawSource;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.RelativeChange;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Algorithm 1 as printed: K separate perturbations for each sample, one forward pass each, so N·K
 * perturbations of the whole model. It is the reference for the other estimators.
 *
 * <p>Draw k of sample i comes from stream (seed, "mrd-paper", epoch, k), child i.
 *
 * <p><b>Source:</b> Alg. 1. <b>Differs:</b> the k-th draws of all samples come before the (k+1)-th
 * of any, which does not change any value.
 */
@Choice(value = "paper", summary = "Algorithm 1 as printed, slowest")
public record Paper(
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
    return new Paper(otherSigma, otherDraws, maxDraws, stableTau, where, over, scope, clamp);
  }

  @Override
  public DrawSource source(DrawRequest request) {
    // Each sample is scored alone without noise too, since rounding depends on what shares a batch.
    List<RelativeChange> samples = changes(each(request, 0, 0));
    return new DrawSource.Plain(samples, absolute, k -> each(request, k, request.sigma()));
  }

  private static List<double[]> each(DrawRequest request, int k, double scale) {
    RandomStream draw = request.stream("mrd-paper", k);
    return IntStream.range(0, request.samples())
        .mapToObj(i -> request.scorer().logProbs(new int[] {i}, draw.child(i), scale).get(0))
        .toList();
  }
}
