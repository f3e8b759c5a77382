package io.engram.model.train;

import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.text.TokenizedSample;
import java.util.List;

/**
 * A sequence with the objective to minimise on it, or several that share one loss; these are always
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

  /** All their sequences packed, in this order. */
  static LabelledBatch batch(List<TrainingSequence> sequences, Decoder decoder) {
    return LabelledBatch.of(
        sequences.stream().flatMap(s -> s.samples().stream()).toList(), decoder);
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
