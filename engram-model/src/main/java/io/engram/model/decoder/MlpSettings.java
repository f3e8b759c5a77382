package io.engram.model.decoder;

/**
 * How a model's MLPs are computed.
 *
 * @param activation applied to the gate
 * @param bias whether its linear layers have biases
 */
public record MlpSettings(Activation activation, boolean bias) {}
