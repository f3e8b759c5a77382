package io.engram.unlearn.method;

/**
 * The loss shared by preference methods: {@code −(2/β) log σ(βx)}. It falls as x rises, and its
 * slope {@code −2 σ(−βx)} fades once βx is large.
 */
final class LogSigmoid {
  /** What β does in all of these methods: the reason shown for the recipe key. */
  static final String BETA =
      "β: how quickly the loss stops pushing on a sample once it is forgotten. A smaller value "
          + "is closer to grad_diff.";

  private LogSigmoid() {}

  /** {@code −(2/β) log σ(βx)}, ≥ 0. */
  static double loss(double beta, double x) {
    return 2 / beta * softplus(-beta * x);
  }

  /** The derivative of the loss in x, {@code −2 σ(−βx)}, in [−2, 0]. */
  static double slope(double beta, double x) {
    return -2 * Math.exp(-softplus(beta * x));
  }

  /** log(1 + eˣ) = −log σ(−x), without overflow. */
  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}
