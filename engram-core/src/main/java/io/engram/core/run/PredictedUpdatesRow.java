package io.engram.core.run;

/**
 * A line of {@code predicted_updates/epoch-NNN.jsonl}. Unlike MRD, large is hard.
 *
 * @param id the sample's
 * @param predictedUpdates updates until it's forgotten, from 0 to 1000; 1000 stands for more too
 * @param loss mean −ℓ_t as it is now, nats a token
 * @param tokens labelled tokens
 */
public record PredictedUpdatesRow(String id, double predictedUpdates, double loss, int tokens) {}
