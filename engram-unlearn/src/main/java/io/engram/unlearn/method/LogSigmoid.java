package io.engram.unlearn.method;

/**
 * The loss that preference methods share: {@code −(2/β) log σ(βx)}, which falls as x rises and
 * whose slope {@code −2 σ(−βx)} fades once βx is large.
 */
final class LogSigmoid {
  /** What β does in all of them, for the recipe. */
  static final String BETA =
      "How soon a sample's push fades once it is forgotten; smaller is closer to grad_diff.";

  private LogSigmoid() {}

  /** {@code −(2/β) log σ(βx)}, ≥ 0. */
  static double loss(double beta, double x) {
    return 2 / beta * softplus(-beta * x);
  }

  /** Its slope in x, {@code −2 σ(−βx)}, in [−2, 0]. */
  static double slope(double beta, double x) {
    return -2 * Math.exp(-softplus(beta * x));
  }

  /** log(1 + eˣ) = −log σ(−x), without overflow. */
  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}
