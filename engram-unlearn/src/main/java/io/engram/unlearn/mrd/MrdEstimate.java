package io.engram.unlearn.mrd;

/**
 * One sample's MRD.
 *
 * @param mrd dimensionless, ≥ 0; NaN where no draw was finite
 * @param standardError of {@code mrd}, from independent draws or pairs; NaN of fewer than two, for
 *     one draw says nothing of its own error
 * @param draws perturbed passes it was estimated from
 * @param tokens labelled tokens, n
 * @param clamped tokens whose |ℓ_t(θ)| was below the clamp
 * @param nonFinite passes left out because a log-probability in them was NaN or infinite, which
 *     happens where σ is too large; of a pair, both
 */
public record MrdEstimate(
    double mrd, double standardError, int draws, int tokens, int clamped, int nonFinite) {}
