package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import io.engram.core.stats.MeanWithError;
import java.util.Arrays;

/**
 * Estimates the traces of one sample's Hessians, {@code Tr H_t = E_v vᵀH_t v} with random signs v
 * (Hutchinson 1990), and what Theorem 3.2 makes of them. Draws are independent, so every estimate
 * has a standard error.
 */
public final class HutchinsonTrace {
  private final double[][] draws;

  /** All that is needed of a model: curvature along random signs. */
  @FunctionalInterface
  public interface Curvature {
    /**
     * {@code vᵀ∇²ℓ_t v} with v random signs over all parameters.
     *
     * @param sample which one, by number
     * @param signs the stream of v, at its beginning and used for this call alone
     * @return {@code [n]}
     */
    double[] along(int sample, RandomStream signs);
  }

  private HutchinsonTrace(double[][] draws) {
    this.draws = draws;
  }

  /**
   * Draws {@code count} directions; number k comes from stream (seed, "hutchinson", k, sample).
   *
   * @param count at least 2
   */
  public static HutchinsonTrace draw(Curvature curvature, int sample, int count, long seed) {
    double[][] draws = new double[count][];
    for (int k = 0; k < count; k++) {
      draws[k] = curvature.along(sample, RandomStream.of(seed, "hutchinson", k, sample));
    }
    return new HutchinsonTrace(draws);
  }

  /** Estimates of Tr H_t, one a token. */
  public MeanWithError[] traces() {
    MeanWithError[] traces = new MeanWithError[draws[0].length];
    for (int t = 0; t < traces.length; t++) {
      int token = t;
      traces[t] = MeanWithError.of(Arrays.stream(draws).mapToDouble(d -> d[token]).toArray());
    }
    return traces;
  }

  /** {@link HessianTrace#signed}, without bias. */
  public MeanWithError signed(double[] logProbs, double sigma, double clamp) {
    return MeanWithError.of(
        Arrays.stream(draws)
            .mapToDouble(d -> HessianTrace.signed(logProbs, d, sigma, clamp))
            .toArray());
  }

  /**
   * {@link HessianTrace#absolute} of the mean traces. Too large by up to its error where a trace is
   * not known to differ from 0; the standard error takes the signs of the mean traces as given.
   */
  public MeanWithError absolute(double[] logProbs, double sigma, double clamp) {
    MeanWithError[] traces = traces();
    double[] turned =
        Arrays.stream(draws)
            .mapToDouble(
                d -> {
                  double[] own = new double[d.length];
                  Arrays.setAll(own, t -> d[t] * Math.signum(traces[t].mean()));
                  return HessianTrace.signed(logProbs, own, sigma, clamp);
                })
            .toArray();
    return MeanWithError.of(turned);
  }
}
