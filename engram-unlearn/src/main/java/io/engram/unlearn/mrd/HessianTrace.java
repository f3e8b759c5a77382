package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import io.engram.core.stats.MeanWithError;
import java.util.Arrays;

/**
 * MRD to second order in σ, from the traces of the Hessians H_t of ℓ_t over all parameters. The
 * traces of one sample are estimated by {@code Tr H_t = E_v vᵀH_t v} with random signs v; draws are
 * independent, so every estimate has a standard error.
 *
 * <p><b>Source:</b> Theorem 3.2, Eq. 5, App. A; the estimate: Hutchinson 1990. <b>Differs:</b> Eq.
 * 5 takes the absolute value of every token's trace, MRD by Eq. 4 that of the sum. The two agree if
 * all traces have the same sign; both are here. The clamp is the lower limit of |ℓ_t|, as in {@link
 * RelativeChange}.
 */
public final class HessianTrace {
  private final double[][] draws;

  /** What it needs from a model: the curvature along random signs. */
  @FunctionalInterface
  public interface Curvature {
    /**
     * {@code vᵀ∇²ℓ_t v} with v random signs over all parameters.
     *
     * @param sample index of the sample
     * @param signs the stream of v, at its beginning and used only for this call
     * @return {@code [n]}
     */
    double[] along(int sample, RandomStream signs);
  }

  private HessianTrace(double[][] draws) {
    this.draws = draws;
  }

  /**
   * Draws {@code count} directions; number k comes from stream (seed, "hutchinson", k, sample).
   *
   * @param count at least 2
   */
  public static HessianTrace draw(Curvature curvature, int sample, int count, long seed) {
    double[][] draws = new double[count][];
    for (int k = 0; k < count; k++) {
      draws[k] = curvature.along(sample, RandomStream.of(seed, "hutchinson", k, sample));
    }
    return new HessianTrace(draws);
  }

  /** Estimates of Tr H_t, one per token. */
  public MeanWithError[] traces() {
    MeanWithError[] traces = new MeanWithError[draws[0].length];
    for (int t = 0; t < traces.length; t++) {
      int token = t;
      traces[t] = MeanWithError.of(Arrays.stream(draws).mapToDouble(d -> d[token]).toArray());
    }
    return traces;
  }

  /** {@link #signed(double[], double[], double, double)}, without bias. */
  public MeanWithError signed(double[] logProbs, double sigma, double clamp) {
    return MeanWithError.of(
        Arrays.stream(draws).mapToDouble(d -> signed(logProbs, d, sigma, clamp)).toArray());
  }

  /**
   * {@link #absolute(double[], double[], double, double)} of the mean traces. It is too large by up
   * to its error if a trace is not clearly different from 0; the standard error takes the signs of
   * the mean traces as given.
   */
  public MeanWithError absolute(double[] logProbs, double sigma, double clamp) {
    MeanWithError[] traces = traces();
    double[] turned =
        Arrays.stream(draws)
            .mapToDouble(
                d -> {
                  double[] own = new double[d.length];
                  Arrays.setAll(own, t -> d[t] * Math.signum(traces[t].mean()));
                  return signed(logProbs, own, sigma, clamp);
                })
            .toArray();
    return MeanWithError.of(turned);
  }

  /**
   * {@code (σ²/2n) Σ_t |Tr H_t| / |ℓ_t|}, as printed.
   *
   * @param logProbs ℓ_t in nats, {@code [n]}, at least one
   * @param traces Tr H_t, {@code [n]}
   * @param clamp nats, above 0
   * @return dimensionless, ≥ 0; NaN if a trace is NaN
   * @throws IllegalArgumentException if there are no tokens or the numbers of tokens differ
   */
  public static double absolute(double[] logProbs, double[] traces, double sigma, double clamp) {
    requireSameLength(logProbs, traces);
    double sum = 0;
    for (int t = 0; t < traces.length; t++) {
      sum += Math.abs(traces[t]) / Math.max(Math.abs(logProbs[t]), clamp);
    }
    return sigma * sigma / (2 * traces.length) * sum;
  }

  /**
   * {@code −(σ²/2n) Σ_t Tr H_t / ℓ_t}: the mean of r(δ) to second order, whose absolute value is
   * MRD with the absolute value outside.
   *
   * @param logProbs ℓ_t in nats, {@code [n]}, at least one
   * @param traces Tr H_t, {@code [n]}
   * @param clamp nats, above 0
   * @return dimensionless, signed; NaN if a trace is NaN
   * @throws IllegalArgumentException if there are no tokens or the numbers of tokens differ
   */
  public static double signed(double[] logProbs, double[] traces, double sigma, double clamp) {
    requireSameLength(logProbs, traces);
    double sum = 0;
    for (int t = 0; t < traces.length; t++) {
      sum += traces[t] / Math.max(Math.abs(logProbs[t]), clamp);
    }
    return sigma * sigma / (2 * traces.length) * sum;
  }

  private static void requireSameLength(double[] logProbs, double[] traces) {
    if (logProbs.length == 0) {
      throw new IllegalArgumentException("a sample without labelled tokens has no MRD");
    }
    if (logProbs.length != traces.length) {
      throw new IllegalArgumentException(
          traces.length + " traces for " + logProbs.length + " tokens");
    }
  }
}
