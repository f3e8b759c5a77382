package io.engram.unlearn.mrd;

/**
 * MRD to second order in σ, from the traces of the Hessians H_t of ℓ_t over all parameters.
 *
 * <p><b>Source:</b> Theorem 3.2, Eq. 5, App. A. <b>Differs:</b> Eq. 5 has the absolute value of
 * every token's trace; MRD by Eq. 4 has it outside of the sum, and the two agree where all traces
 * have one sign. Both are here. |ℓ_t| below the clamp is the clamp, as in {@link RelativeChange}.
 */
public final class HessianTrace {
  private HessianTrace() {}

  /**
   * {@code (σ²/2n) Σ_t |Tr H_t| / |ℓ_t|}, as printed.
   *
   * @param logProbs ℓ_t in nats, {@code [n]}, at least one
   * @param traces Tr H_t, {@code [n]}
   * @param clamp nats, above 0
   * @return dimensionless, ≥ 0; NaN where a trace is
   * @throws IllegalArgumentException if there is no token or the numbers of tokens differ
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
   * @return dimensionless, with its sign; NaN where a trace is
   * @throws IllegalArgumentException if there is no token or the numbers of tokens differ
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
