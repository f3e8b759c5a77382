package io.engram.core.ledger;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code ledger.jsonl}: one request that was carried out.
 *
 * @param id its number in the ledger, {@code 001} for the first; its run folder is {@code runs/ID}
 * @param received when it was received, an ISO date
 * @param deadline when it has to be carried out by: a month later
 * @param done when it was carried out
 * @param requests how many samples it asks to forget
 * @param requestsDigest salted digest of {@code private/ID.jsonl}, which holds them and never
 *     leaves the owner; see {@link Ledger#samplesDigest}
 * @param modelBefore the model at the start
 * @param modelAfter the model at the end; the same as before if nothing was known
 * @param verdicts how many of its samples got each verdict
 * @param earlier what became of earlier requests; null for the first
 * @param kept what it cost the samples to keep; null if nothing was done, or not measured
 * @param certificate SHA-256 of the certificate of the run whose model is {@code modelAfter}; null
 *     if there is none
 * @param previous SHA-256 of the line before, without its line end; 64 zeros for the first
 */
public record LedgerEntry(
    String id,
    String received,
    String deadline,
    String done,
    int requests,
    String requestsDigest,
    Model modelBefore,
    Model modelAfter,
    Map<String, Integer> verdicts,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Earlier earlier,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Kept kept,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String certificate,
    String previous) {
  /**
   * A model.
   *
   * @param path relative to the ledger's folder; for the first model, what the user named
   * @param digest of its folder, as {@link io.engram.core.run.Hashes} takes it; null for a model
   *     that isn't a local folder
   */
  public record Model(
      String path, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String digest) {}

  /**
   * The samples of earlier requests, measured again.
   *
   * @param measured how many
   * @param knownBefore how many of them the model knew at the start; they are taken into the run
   * @param cameBack how many of those had been forgotten
   * @param knownAfter how many of all the model knows at the end
   */
  public record Earlier(int measured, int knownBefore, int cameBack, int knownAfter) {}

  /**
   * The mean loss on samples to keep that aren't trained on, nats a token.
   *
   * @param data digest of what they are drawn from: where it is the same, so are they. Null:
   *     general questions with the model's own answers, which no other model gives
   * @param samples how many
   * @param before at the start of the run
   * @param after under the model at the end
   * @param bound how far it may rise above the loss at the start of the first request with the same
   *     data; null: as far as it likes
   */
  public record Kept(
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String data,
      int samples,
      double before,
      double after,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double bound) {}
}
