package io.engram.unlearn.method;

import io.engram.model.text.TokenizedSample;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A drawn forget sample.
 *
 * @param sample the sequence
 * @param refusal the same prompt with a refusal; null if the method does not use one
 */
public record Drawn(TokenizedSample sample, @Nullable Refused refusal) {
  /**
   * A refusal and its likelihood under the reference.
   *
   * @param sample prompt and refusal
   * @param referenceNll S_ref = −Σ_t ℓ_t of the refusal under the reference, nats
   */
  public record Refused(TokenizedSample sample, double referenceNll) {}

  /** Without a refusal. */
  public Drawn(TokenizedSample sample) {
    this(sample, null);
  }

  /** Its sequences, the sample first. */
  public List<TokenizedSample> sequences() {
    return refusal == null ? List.of(sample) : List.of(sample, refusal.sample());
  }
}
