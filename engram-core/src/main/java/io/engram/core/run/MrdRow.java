package io.engram.core.run;

/**
 * A line of {@code mrd/epoch-NNN.jsonl}.
 *
 * @param id the sample's
 * @param mrd its MRD, dimensionless
 * @param standardError of the MRD
 * @param draws perturbed passes it was estimated from
 * @param tokens labelled tokens
 * @param clamped tokens whose |ℓ_t| was below the clamp
 */
public record MrdRow(
    String id, double mrd, double standardError, int draws, int tokens, int clamped) {}
