package io.engram.model.family;

/**
 * What a family's settings are where its config.json doesn't name them, as in transformers.
 *
 * @param kvHeads 0: as many as heads
 * @param headDim 0: hidden_size / num_attention_heads
 * @param epsilon rms_norm_eps
 * @param theta rope_theta
 * @param maxPositions max_position_embeddings
 * @param tied tie_word_embeddings
 */
record Defaults(
    int kvHeads, int headDim, double epsilon, double theta, int maxPositions, boolean tied) {}
