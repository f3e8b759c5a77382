package io.engram.unlearn.mrd;

/**
 * The estimate of one sample's MRD.
 *
 * @param mrd dimensionless, ≥ 0; NaN if no draw was finite
 * @param standardError standard error of {@code mrd}, from independent draws or pairs; NaN for
 *     fewer than two, since a single draw does not show its own error
 * @param draws number of passes with noise behind the estimate
 * @param tokens labelled tokens, n
 * @param clamped tokens whose |ℓ_t(θ)| was below the clamp
 * @param nonFinite passes skipped because a log-probability was NaN or infinite, which happens if σ
 *     is too large; a pair counts as two
 */
public record MrdEstimate(
    double mrd, double standardError, int draws, int tokens, int clamped, int nonFinite) {}
