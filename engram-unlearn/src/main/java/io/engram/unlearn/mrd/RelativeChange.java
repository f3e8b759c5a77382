package io.engram.unlearn.mrd;

import java.util.List;

/**
 * The relative change of a sample's token log-likelihoods under a perturbation, with its sign:
 * {@code r(δ) = (1/n) Σ_t r_t(δ)}, or {@code Σ_t r_t(δ)}, with
 *
 * <p>{@code r_t(δ) = 1 − ℓ_t(θ+δ)/ℓ_t(θ) = (ℓ_t(θ) − ℓ_t(θ+δ)) / ℓ_t(θ)}.
 *
 * <p>The denominator is never closer to 0 than the clamp, since a memorised token's ℓ_t can be
 * exactly 0 in floating point. The numerator is not clamped, so that no perturbation gives no
 * change.
 *
 * <p><b>Source:</b> Def. 3.1 Eq. 4 (the mean, as App. A). <b>Differs:</b> the clamp. The sum is
 * offered too, because the paper's prose leaves it open.
 */
public final class RelativeChange {
  private final double[] original;
  private final double[] denominators;
  private final Tokens tokens;
  private final double clamp;
  private final int clamped;

  /**
   * Prepares a sample with these log-probabilities.
   *
   * @param original ℓ_t(θ) in nats, {@code [n]}, at least one; borrowed
   * @param clamp nats, above 0
   * @throws IllegalArgumentException if there are none, or one is not finite; the message names t
   */
  public RelativeChange(double[] original, Tokens tokens, double clamp) {
    this(original, tokens, clamp, false);
  }

  /**
   * The change itself, {@code Σ_t (ℓ_t(θ+δ) − ℓ_t(θ))}, as in Eq. 3: not relative to anything, in
   * nats.
   *
   * @param original ℓ_t(θ) in nats, {@code [n]}, at least one; borrowed
   * @throws IllegalArgumentException if there are none, or one is not finite; the message names t
   */
  public static RelativeChange plain(double[] original) {
    return new RelativeChange(original, Tokens.SUM, 1, true);
  }

  private RelativeChange(double[] original, Tokens tokens, double clamp, boolean plain) {
    if (original.length == 0) {
      throw new IllegalArgumentException("a sample without labelled tokens has no MRD");
    }
    this.original = original;
    this.tokens = tokens;
    this.clamp = clamp;
    this.denominators = new double[original.length];
    int below = 0;
    for (int t = 0; t < original.length; t++) {
      if (!Double.isFinite(original[t])) {
        throw new IllegalArgumentException(
            "log-probability of labelled token " + t + " is " + original[t] + " without noise");
      }
      boolean clamps = !plain && Math.abs(original[t]) < clamp;
      below += clamps ? 1 : 0;
      denominators[t] = clamps || plain ? -clamp : original[t];
    }
    this.clamped = below;
  }

  /** Where MRD takes the absolute value. */
  public enum Absolute {
    /** |E r|, as Algorithm 1's prose says. */
    OUTSIDE,
    /** E |r|. */
    INSIDE;

    /** What is averaged over the draws: r, or |r|. */
    public double of(double r) {
      return this == INSIDE ? Math.abs(r) : r;
    }
  }

  /** How to combine tokens. */
  public enum Tokens {
    /** (1/n) Σ_t, as Eq. 4 says. */
    MEAN,
    /** Σ_t. */
    SUM
  }

  /** One relative change per sample. */
  public static List<RelativeChange> ofAll(List<double[]> originals, Tokens tokens, double clamp) {
    return originals.stream().map(original -> new RelativeChange(original, tokens, clamp)).toList();
  }

  /** The number of labelled tokens, n. */
  public int tokens() {
    return original.length;
  }

  /** Lower limit of |ℓ_t(θ)|, nats. */
  public double clamp() {
    return clamp;
  }

  /** Number of tokens whose |ℓ_t(θ)| is below the clamp. */
  public int clamped() {
    return clamped;
  }

  /**
   * r(δ).
   *
   * @param perturbed ℓ_t(θ+δ) in nats, {@code [n]}
   * @return dimensionless, positive if the sample became more likely; NaN if a log-probability is
   *     not finite
   * @throws IllegalArgumentException if the number of tokens differs
   */
  public double of(double[] perturbed) {
    if (perturbed.length != original.length) {
      throw new IllegalArgumentException(
          perturbed.length + " perturbed log-probabilities for " + original.length + " tokens");
    }
    double sum = 0;
    for (int t = 0; t < original.length; t++) {
      sum += (original[t] - perturbed[t]) / denominators[t];
    }
    if (!Double.isFinite(sum)) {
      return Double.NaN;
    }
    return total(sum);
  }

  /**
   * {@code (1/n) Σ_t ½ o_t²} with {@code o_t = (u_t(θ+δ) − u_t(θ−δ))/2, u = log|ℓ|}, or the sum:
   * the contribution of the first order alone to a pair. To second order its mean is {@code (σ²/2n)
   * Σ_t ‖∇u_t‖²}. Clamped tokens are skipped, here and in {@link #logSlopes}.
   *
   * @param plus ℓ_t(θ+δ) in nats, {@code [n]}
   * @param minus ℓ_t(θ−δ) in nats, {@code [n]}
   */
  double oddPart(double[] plus, double[] minus) {
    double sum = 0;
    for (int t = 0; t < original.length; t++) {
      if (denominators[t] == original[t]) {
        double odd = (logAbs(plus[t]) - logAbs(minus[t])) / 2;
        sum += odd * odd / 2;
      }
    }
    return Double.isFinite(sum) ? total(sum) : Double.NaN;
  }

  /**
   * {@code du_t/dℓ_t = 1/ℓ_t}, the coefficients that turn {@code Σ_t c_t ∇ℓ_t} into a sum of ∇u_t;
   * 0 for clamped tokens. {@code [n]}
   */
  public double[] logSlopes() {
    double[] slopes = new double[original.length];
    for (int t = 0; t < slopes.length; t++) {
      slopes[t] = denominators[t] == original[t] ? 1 / original[t] : 0;
    }
    return slopes;
  }

  /** The denominators of ℓ_t(θ) − ℓ_t(θ+δ), nats, {@code [n]}; negative. */
  public double[] denominators() {
    return denominators.clone();
  }

  /** Turns a sum over tokens into the mean, if tokens are averaged. */
  public double total(double sum) {
    return tokens == Tokens.MEAN ? sum / original.length : sum;
  }

  /** Treats a log-probability that rounds to 0 as the float32 value closest to it. */
  private static double logAbs(double logProb) {
    return Math.log(Math.max(Math.abs(logProb), Float.MIN_NORMAL));
  }
}
