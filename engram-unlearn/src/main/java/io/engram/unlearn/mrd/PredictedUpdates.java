package io.engram.unlearn.mrd;

import java.util.Arrays;

/**
 * How many updates a sample will need until its mean loss is τ, from one gradient and one look
 * along it.
 *
 * <p>The direction of the first update is followed: what stands for sign(g) for Adam, whose first
 * updates are η a weight ({@link io.engram.model.gradient.GradientSteps.Direction}), g for plain
 * gradient ascent. A token's odds against itself, {@code m_t = log(e^{−ℓ_t} − 1)}, move about
 * evenly along it, from m_t at 0 to m'_t at a distance h, measured there. So the loss at distance s
 * is {@code L(s) = (1/n) Σ_t log(1 + exp(m_t + (m'_t − m_t)·s/h))}: every token's loss grows
 * exponentially until it's near 1 and evenly after that. Adam is at s = Nη after N updates; plain
 * ascent makes steps η·L'(s), the more the steeper.
 *
 * <p><b>Source:</b> not in the paper.
 */
public final class PredictedUpdates {
  /** Updates after which a prediction ends; a sample that needs more has this. */
  public static final double MOST = 1000;

  private final double[] margins;
  private final double[] slopes;
  private final double threshold;

  /**
   * From a look along the direction.
   *
   * @param start ℓ_t at the start, nats, {@code [n]}
   * @param along ℓ_t at distance h, nats, {@code [n]}
   * @param distance h, above 0
   * @param threshold τ, nats a token
   */
  public PredictedUpdates(double[] start, double[] along, double distance, double threshold) {
    this.threshold = threshold;
    this.margins = Arrays.stream(start).map(PredictedUpdates::margin).toArray();
    this.slopes = new double[start.length];
    for (int t = 0; t < slopes.length; t++) {
      slopes[t] = (margin(along[t]) - margins[t]) / distance;
    }
  }

  /** {@code log L} to first order alone, without a look: where to look, in updates' distance. */
  static double firstGuess(double loss, double threshold, double slope) {
    return Math.log(Math.max(threshold / loss, 1.1)) * loss / slope;
  }

  /** N with Adam. */
  public double adam(double learningRate) {
    double[] at = {0};
    return count(() -> at[0] += learningRate, at);
  }

  /** N with plain gradient ascent; distances are multiples of the gradient at the start. */
  public double sgd(double learningRate, double gradientNorm) {
    double[] at = {0};
    // L' is along g, not along its unit vector: a step of η‖∇L‖ is η L'/‖g‖² of g.
    return count(() -> at[0] += learningRate * slope(at[0]) / (gradientNorm * gradientNorm), at);
  }

  private double count(Runnable step, double[] at) {
    double before = loss(at[0]);
    for (int n = 0; n < MOST; n++) {
      if (before >= threshold) {
        return n;
      }
      step.run();
      double after = loss(at[0]);
      if (after >= threshold) {
        return n + (threshold - before) / (after - before);
      }
      before = after;
    }
    return MOST;
  }

  /** L(s), nats a token. */
  double loss(double s) {
    double sum = 0;
    for (int t = 0; t < margins.length; t++) {
      double m = margins[t] + slopes[t] * s;
      sum += Math.max(m, 0) + Math.log1p(Math.exp(-Math.abs(m)));
    }
    return sum / margins.length;
  }

  private double slope(double s) {
    double sum = 0;
    for (int t = 0; t < margins.length; t++) {
      sum += slopes[t] / (1 + Math.exp(-(margins[t] + slopes[t] * s)));
    }
    return sum / margins.length;
  }

  /** log(e^{−ℓ} − 1); a token of probability 1 has the smallest that a float32 gives. */
  private static double margin(double logProb) {
    double loss = Math.max(-logProb, Float.MIN_NORMAL);
    return loss + Math.log(-Math.expm1(-loss));
  }
}
