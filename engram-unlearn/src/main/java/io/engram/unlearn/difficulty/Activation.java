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
 * Its own draws for each sample, as {@link Paper}, with draws and samples sharing batches: {@link
 * NoisyScorer#independent}. Of a language model that is noise in the activations, exact in
 * distribution, which never touches a weight.
 *
 * <p>Draws come in pairs of opposite random numbers. In the activations these aren't δ and −δ, for
 * each pass makes its noise from what its own layers are given; but either is a draw of δ ~ N(0,
 * σ²I), so that the expectation stays, and their first orders cancel. Measured on tiny Llamas, the
 * standard error is that of {@link Antithetic}'s pairs: at σ = 10⁻³ a 25th to a 65th of what as
 * many plain draws as pairs have.
 *
 * <p>Pair k of sample i, of N, comes from stream (seed, "mrd-activation", epoch, ⌊k/m⌋), child (k
 * mod m)·N + i, where m = max(1, ⌊256/N⌋), but no more than there are pairs, are asked for at once.
 */
@Choice(
    value = "activation",
    summary = "as exact, own noise for each sample, without a float32 copy of the weights")
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
  /** Passes asked for at once, so that few samples fill a batch too. */
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

  /** Pairs made several at once; the last chunk is held for those that follow. */
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
