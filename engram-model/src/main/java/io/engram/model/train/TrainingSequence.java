package io.engram.model.train;

import io.engram.model.text.TokenizedSample;
import java.util.List;

/**
 * A sequence with what is minimised on it, or several that one loss ties together; these are always
 * in one pass.
 */
public record TrainingSequence(List<TokenizedSample> samples, Objective objective) {
  /** Copies the list. */
  public TrainingSequence {
    samples = List.copyOf(samples);
  }

  /** One sequence by itself. */
  public TrainingSequence(TokenizedSample sample, Objective objective) {
    this(List.of(sample), objective);
  }

  /** Tokens of all its sequences. */
  int tokens() {
    return samples.stream().mapToInt(sample -> sample.ids().length).sum();
  }

  /** Labelled tokens of all its sequences. */
  int labels() {
    return samples.stream().mapToInt(TokenizedSample::labels).sum();
  }
}
