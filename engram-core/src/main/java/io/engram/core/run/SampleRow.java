package io.engram.core.run;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code samples.jsonl}: what a run did with one sample of the forget set.
 *
 * @param id the sample's
 * @param prompt its question; null for plain text and ids
 * @param answer its answer; null for ids
 * @param tokens labelled tokens
 * @param drawn how often it was drawn
 * @param drawnByEpoch the same, an epoch each
 * @param logProbBefore Σ_t ℓ_t before the run, nats
 * @param logProbAfter the same after it, nats
 * @param outputBefore what the model answered before; null: not asked
 * @param outputAfter the same after
 */
public record SampleRow(
    String id,
    @Nullable String prompt,
    @Nullable String answer,
    int tokens,
    int drawn,
    List<Integer> drawnByEpoch,
    double logProbBefore,
    double logProbAfter,
    @Nullable String outputBefore,
    @Nullable String outputAfter) {
  /** Copies the list. */
  public SampleRow {
    drawnByEpoch = List.copyOf(drawnByEpoch);
  }
}
