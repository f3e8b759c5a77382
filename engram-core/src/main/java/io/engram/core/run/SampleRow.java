package io.engram.core.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code samples.jsonl}: what a run did with one sample of the forget set.
 *
 * @param id the sample's id
 * @param prompt its question; null for plain text and ids
 * @param answer its answer; null for ids
 * @param tokens labelled tokens
 * @param drawn how often it was drawn
 * @param drawnByEpoch the same for each epoch
 * @param logProbBefore Σ_t ℓ_t before the run, nats
 * @param logProbAfter the same after it, nats
 * @param outputBefore the model's answer before the run; null if it was not asked
 * @param outputAfter the answer after it
 * @param forgottenAtUpdate number of updates after which the stopping rule first found it
 *     forgotten, if every check since has confirmed it; null, and not in the line, if it is not
 *     forgotten or was never checked
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
  /** A sample that no stopping rule checked. */
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
