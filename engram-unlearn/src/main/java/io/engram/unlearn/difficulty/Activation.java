package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Faults;
import io.engram.core.settings.SelfChecking;
import io.engram.unlearn.mrd.ControlVariate;
import io.engram.unlearn.mrd.DrawRequest;
import io.engram.unlearn.mrd.DrawSource;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.NoisyScorer;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Separate noise draws for each sample, as in {@link Paper}, but draws and samples share batches:
 * {@link NoisyScorer#independent}. In a language model this is noise in the activations, exact in
 * distribution, which never changes a weight.
 *
 * <p>Draws come in pairs of opposite random numbers. In the activations these are not δ and −δ,
 * since each pass makes its noise from the inputs of its own layers. But each is a draw of δ ~ N(0,
 * σ²I), so the expectation is unchanged, and their first orders cancel. Measured on tiny Llamas,
 * the standard error equals that of {@link Antithetic}'s pairs: at σ = 10⁻³, 1/25 to 1/65 of that
 * of as many plain draws as pairs.
 *
 * <p>Pair k of sample i, of N, comes from stream (seed, "mrd-activation", epoch, ⌊k/m⌋), child (k
 * mod m)·N + i, where m = max(1, ⌊256/N⌋), at most the number of pairs, is how many pairs are
 * computed at once.
 */
@Choice(
    value = "activation",
    summary =
        "MRD with separate noise for each sample, as exact, without a float32 copy of the weights")
public record Activation(
    double sigma,
    int draws,
    int maxDraws,
    double stableTau,
    Absolute absolute,
    Tokens tokens,
    Scope scope,
    double clamp)
    implements MrdScore, SelfChecking {
  /** Passes computed at once, so that a few samples also fill a batch. */
  private static final int PASSES = 256;

  @Override
  public void check(String section, Faults faults) {
    DrawnScore.checkPairs(this, section, faults);
  }

  @Override
  public boolean drawsDependOnBudget() {
    return true;
  }

  @Override
  public MrdScore reading(double otherSigma, int otherDraws, Absolute where, Tokens over) {
    return new Activation(otherSigma, otherDraws, maxDraws, stableTau, where, over, scope, clamp);
  }

  @Override
  public DrawSource source(DrawRequest request) {
    request.budget().requirePairs(name());
    List<double[]> plain =
        request.scorer().independent(request.all(), request.stream("mrd-activation", 0), 0);
    int count = request.samples();
    int together = Math.min(request.budget().draws() / 2, Math.max(1, PASSES / count));
    return new DrawSource.Pairs(
        changes(plain), absolute, ControlVariate.NONE, new Chunks(request, together));
  }

  /** Computes several pairs at once and keeps the last chunk for the pairs that follow. */
  private static final class Chunks implements IntFunction<NoisyScorer.Pair> {
    private final DrawRequest request;
    private final int together;
    private int held = -1;
    private NoisyScorer.Pair chunk = new NoisyScorer.Pair(List.of(), List.of());

    Chunks(DrawRequest request, int together) {
      this.request = request;
      this.together = together;
    }

    @Override
    public NoisyScorer.Pair apply(int k) {
      int samples = request.samples();
      if (held != k / together) {
        held = k / together;
        int[] passes = IntStream.range(0, together * samples).map(p -> p % samples).toArray();
        chunk = new NoisyScorer.Pair(side(passes, 1), side(passes, -1));
      }
      int from = k % together * samples;
      return new NoisyScorer.Pair(
          chunk.plus().subList(from, from + samples), chunk.minus().subList(from, from + samples));
    }

    private List<double[]> side(int[] passes, int sign) {
      return request
          .scorer()
          .independent(passes, request.stream("mrd-activation", held), sign * request.sigma());
    }
  }
}
