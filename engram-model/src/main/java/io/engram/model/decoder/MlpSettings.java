package io.engram.model.decoder;

/**
 * How a model's MLPs are computed.
 *
 * @param activation applied to the gate, or to what goes up where there is none
 * @param bias whether its linear layers have biases
 */
public record MlpSettings(Activation activation, boolean bias) {}
