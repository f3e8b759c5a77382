package io.engram.unlearn.study;

/**
 * How many updates a sample will need, from its loss and the size of one gradient.
 *
 * <p>The loss L = −(1/n) Σ ℓ_t of a memorised sample grows about exponentially along the way, so
 * log L is followed to first order from L_0 to the loss τ at which it counts as forgotten: {@code N
 * = log(τ/L_0) / s}, s what an update adds to log L. Adam's first updates are η·sign(g) a weight,
 * so {@code s = η ‖∇L‖₁ / L_0}. Plain gradient ascent makes η‖∇L‖² of L an update, and its steps
 * grow with the gradient, {@code dL/dN = η ‖∇ log L‖² L²}, so {@code N = (1/L_0 − 1/τ) / (η ‖∇ log
 * L‖²)}.
 *
 * <p><b>Source:</b> not in the paper.
 */
public final class PredictedUpdates {
  private PredictedUpdates() {}

  /**
   * With AdamW.
   *
   * @param loss L_0, nats a token, above 0
   * @param threshold τ, nats a token
   * @param l1 ‖∇L‖₁ at the start
   * @param learningRate η
   * @return updates; 0 where the sample is forgotten already
   */
  public static double adam(double loss, double threshold, double l1, double learningRate) {
    return loss >= threshold ? 0 : Math.log(threshold / loss) * loss / (learningRate * l1);
  }

  /**
   * With plain gradient ascent.
   *
   * @param l2 ‖∇L‖₂ at the start
   */
  public static double sgd(double loss, double threshold, double l2, double learningRate) {
    double relative = l2 / loss;
    return loss >= threshold
        ? 0
        : (1 / loss - 1 / threshold) / (learningRate * relative * relative);
  }
}
