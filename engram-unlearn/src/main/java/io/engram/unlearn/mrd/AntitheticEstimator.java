package io.engram.unlearn.mrd;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import io.engram.core.recipe.EstimatorSection.Absolute;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Pairs δ_k and −δ_k, shared by all samples; the value of a pair is {@code (r(δ_k) + r(−δ_k)) / 2}.
 * The first-order term, mean 0 and of size σ‖∇‖, cancels exactly, as does every odd order; what is
 * left is the signal, of size σ²·Tr H/2, and its own scatter, some of which a {@link
 * GradientControl} takes out. With the absolute value inside, the value is {@code (|r(δ_k)| +
 * |r(−δ_k)|) / 2}: nothing cancels there, and pairs save only noise.
 *
 * <p>Pair k comes from stream (seed, "mrd-antithetic", epoch, k). Independent values, from which
 * the standard error comes, are the pairs: half as many as passes.
 */
public final class AntitheticEstimator implements MrdEstimator {
  private final @Nullable GradientScorer gradients;

  /** Without a control variate. */
  public AntitheticEstimator() {
    this(null);
  }

  /**
   * With one.
   *
   * @param gradients gives the control's mean; null: no control
   */
  public AntitheticEstimator(@Nullable GradientScorer gradients) {
    this.gradients = gradients;
  }

  /**
   * The pairs.
   *
   * @throws EngramException if the number of draws is odd
   */
  @Override
  public DrawSource draws(
      NoisyScorer scorer, int sampleCount, MrdSettings settings, long seed, int epoch) {
    if (settings.draws() % 2 != 0) {
      throw EngramException.usage(
          "order.estimator.draws = %d: must be even with order.estimator.name = antithetic, whose pairs are two passes"
              .formatted(settings.draws()));
    }
    int[] all = IntStream.range(0, sampleCount).toArray();
    List<RelativeChange> changes =
        RelativeChange.ofAll(scorer.logProbs(all, stream(seed, epoch, 0), 0), settings);
    ControlVariate control =
        gradients == null
            ? ControlVariate.NONE
            : new GradientControl(gradients, changes, settings, seed, epoch);
    return new Pairs(
        changes,
        settings.absolute(),
        control,
        k -> scorer.pair(all, () -> stream(seed, epoch, k), settings.sigma()));
  }

  private static RandomStream stream(long seed, int epoch, long pair) {
    return RandomStream.of(seed, "mrd-antithetic", epoch, pair);
  }

  /** Gives pair number k. */
  @FunctionalInterface
  private interface PairScorer {
    NoisyScorer.Pair at(int k);
  }

  private record Pairs(
      List<RelativeChange> samples, Absolute absolute, ControlVariate control, PairScorer scorer)
      implements DrawSource {
    @Override
    public int passes() {
      return 2;
    }

    @Override
    public String unit() {
      return "pairs";
    }

    @Override
    public Draw draw(int k) {
      NoisyScorer.Pair pair = scorer.at(k);
      int count = samples.size();
      double[] values = new double[count];
      double[] controls = new double[control == ControlVariate.NONE ? 0 : count];
      for (int i = 0; i < count; i++) {
        double plus = absolute.of(samples.get(i).of(pair.plus().get(i)));
        double minus = absolute.of(samples.get(i).of(pair.minus().get(i)));
        values[i] = (plus + minus) / 2;
        if (controls.length > 0) {
          controls[i] = samples.get(i).oddPart(pair.plus().get(i), pair.minus().get(i));
        }
      }
      return new Draw(values, controls);
    }
  }
}
