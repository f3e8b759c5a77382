package io.engram.core.study;

import io.engram.core.Version;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a study was made from, so that it can be made again.
 *
 * @param seed all its randomness comes from it
 * @param recipe the resolved recipe, YAML
 * @param engram the code's version and commit
 * @param modelHash SHA-256 of the model's files
 * @param date when it was made, ISO 8601
 * @param more further facts, name and value, in the order shown: command, data, device
 */
public record StudyProvenance(
    long seed,
    String recipe,
    String engram,
    String modelHash,
    String date,
    Map<String, String> more) {
  /** Checks that the parts are there; {@code more} may be missing. */
  public StudyProvenance {
    recipe = Given.orEmpty(recipe);
    Given.text(engram, "the provenance", "engram, the code's version");
    Given.text(modelHash, "the provenance", "model_hash");
    Given.text(date, "the provenance", "date");
    more = more == null ? Map.of() : new LinkedHashMap<>(more);
  }

  /**
   * Of a study made now by this code.
   *
   * @param recipe the resolved recipe, YAML
   * @param more further facts, name and value, in the order shown
   */
  public static StudyProvenance now(
      long seed, String recipe, String modelHash, Map<String, String> more) {
    return new StudyProvenance(
        seed,
        recipe,
        Version.code(),
        modelHash,
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        more);
  }
}
