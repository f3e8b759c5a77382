package io.engram.model.train;

import io.engram.model.text.TokenizedSample;

/** A sequence with what is minimised on it. */
public record TrainingSequence(TokenizedSample sample, Objective objective) {}
