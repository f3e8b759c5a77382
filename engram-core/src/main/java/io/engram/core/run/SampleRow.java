package io.engram.core.run;

import com.fasterxml.jackson.annotation.JsonInclude;
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
 * @param forgottenAtUpdate after how many updates the stopping rule found it forgotten, and has at
 *     each look since; null, and left out of the line: it isn't, or no rule looked
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
    @Nullable String outputAfter,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer forgottenAtUpdate) {
  /** A sample that no stopping rule looked at. */
  public SampleRow(
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
    this(
        id,
        prompt,
        answer,
        tokens,
        drawn,
        drawnByEpoch,
        logProbBefore,
        logProbAfter,
        outputBefore,
        outputAfter,
        null);
  }

  /** Copies the list. */
  public SampleRow {
    drawnByEpoch = List.copyOf(drawnByEpoch);
  }
}
