package io.engram.model.decoder;

/**
 * The shape of a decoder: everything that {@link Decoder} needs to know of a config.json.
 *
 * @param modelType the family's {@code model_type}
 * @param vocabularySize V
 * @param hiddenSize C
 * @param intermediateSize width of the MLP
 * @param layers L
 * @param heads H
 * @param kvHeads G, a divisor of H
 * @param headDim D
 * @param normEpsilon added to the mean square in RMSNorm
 * @param ropeTheta base of the rotary frequencies
 * @param maxPositions the context length in tokens
 * @param tiedHead whether the output head is the embedding
 * @param attentionBias whether q, k, v and o have biases
 * @param mlpBias whether gate, up and down have biases
 * @param initializerRange standard deviation of new weights
 */
public record DecoderConfig(
    String modelType,
    int vocabularySize,
    int hiddenSize,
    int intermediateSize,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    double normEpsilon,
    double ropeTheta,
    int maxPositions,
    boolean tiedHead,
    boolean attentionBias,
    boolean mlpBias,
    double initializerRange) {}
