package io.engram.unlearn.mrd;

import java.util.List;

/**
 * How far a perturbation moves a sample's token log-likelihoods, relatively and with its sign:
 * {@code r(δ) = (1/n) Σ_t r_t(δ)}, or {@code Σ_t r_t(δ)}, with
 *
 * <p>{@code r_t(δ) = 1 − ℓ_t(θ+δ)/ℓ_t(θ) = (ℓ_t(θ) − ℓ_t(θ+δ)) / ℓ_t(θ)}.
 *
 * <p>The denominator is never nearer to 0 than the clamp: a memorised token's ℓ_t can be 0 to all
 * the digits there are. The numerator is left as it is, so that no perturbation is no change.
 *
 * <p><b>Source:</b> Def. 3.1 Eq. 4 (the mean, as App. A). <b>Differs:</b> the clamp; the sum is
 * offered because the prose doesn't settle it.
 */
public final class RelativeChange {
  private final double[] original;
  private final double[] denominators;
  private final Tokens tokens;
  private final double clamp;
  private final int clamped;

  /**
   * For a sample with these log-probabilities.
   *
   * @param original ℓ_t(θ) in nats, {@code [n]}, at least one; borrowed
   * @param clamp nats, above 0
   * @throws IllegalArgumentException if there is none, or one isn't finite, naming t
   */
  public RelativeChange(double[] original, Tokens tokens, double clamp) {
    this(original, tokens, clamp, false);
  }

  /**
   * The change itself, {@code Σ_t (ℓ_t(θ+δ) − ℓ_t(θ))}, as Eq. 3 has it: not relative to anything,
   * nats.
   *
   * @param original ℓ_t(θ) in nats, {@code [n]}, at least one; borrowed
   * @throws IllegalArgumentException if there is none, or one isn't finite, naming t
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

  /** Where the absolute value of MRD stands. */
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

  /** How tokens are put together. */
  public enum Tokens {
    /** (1/n) Σ_t, as Eq. 4 says. */
    MEAN,
    /** Σ_t. */
    SUM
  }

  /** One for each sample. */
  public static List<RelativeChange> ofAll(List<double[]> originals, Tokens tokens, double clamp) {
    return originals.stream().map(original -> new RelativeChange(original, tokens, clamp)).toList();
  }

  /** Labelled tokens, n. */
  public int tokens() {
    return original.length;
  }

  /** |ℓ_t(θ)| below this is taken as this, nats. */
  public double clamp() {
    return clamp;
  }

  /** Tokens whose |ℓ_t(θ)| was below the clamp. */
  public int clamped() {
    return clamped;
  }

  /**
   * r(δ).
   *
   * @param perturbed ℓ_t(θ+δ) in nats, {@code [n]}
   * @return dimensionless, positive where the sample became more likely; NaN where a
   *     log-probability isn't finite
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
   * what the first order alone makes of a pair. To second order its mean is {@code (σ²/2n) Σ_t
   * ‖∇u_t‖²}. Clamped tokens are left out, here and in {@link #logSlopes}.
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
   * {@code du_t/dℓ_t = 1/ℓ_t}, the coefficients that make {@code Σ_t c_t ∇ℓ_t} a sum of ∇u_t; 0 for
   * clamped tokens. {@code [n]}
   */
  public double[] logSlopes() {
    double[] slopes = new double[original.length];
    for (int t = 0; t < slopes.length; t++) {
      slopes[t] = denominators[t] == original[t] ? 1 / original[t] : 0;
    }
    return slopes;
  }

  /** What ℓ_t(θ) − ℓ_t(θ+δ) is divided by, nats, {@code [n]}; negative. */
  public double[] denominators() {
    return denominators.clone();
  }

  /** The mean over tokens, or the sum, of what sums to {@code sum}. */
  public double total(double sum) {
    return tokens == Tokens.MEAN ? sum / original.length : sum;
  }

  /** A log-probability that rounds to 0 is as near to it as a float32 gets. */
  private static double logAbs(double logProb) {
    return Math.log(Math.max(Math.abs(logProb), Float.MIN_NORMAL));
  }
}
