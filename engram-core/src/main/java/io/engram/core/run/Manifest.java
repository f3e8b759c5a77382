package io.engram.core.run;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code manifest.json}: what a run was made from.
 *
 * @param engram version and commit of Engram
 * @param command the command line that started it
 * @param recipeHash SHA-256 of {@code recipe.yaml}
 * @param modelPath as the recipe names it
 * @param modelHash SHA-256 of the model's files
 * @param dataHashes SHA-256 of each data file, by its name in the recipe
 * @param device the device it ran on
 * @param dtype the number format it computed in
 * @param template the template's name
 * @param threads number of CPU threads
 * @param versions versions of Java, libtorch and so on
 * @param startedAt ISO 8601
 * @param endedAt ISO 8601; null if it has not ended
 * @param status {@code running}, {@code interrupted}, {@code done} or {@code failed}
 */
public record Manifest(
    String engram,
    String command,
    String recipeHash,
    String modelPath,
    String modelHash,
    Map<String, String> dataHashes,
    String device,
    String dtype,
    String template,
    int threads,
    Map<String, String> versions,
    String startedAt,
    @Nullable String endedAt,
    String status) {
  /** The possible values of {@code status}. */
  public static final List<String> STATUSES = List.of("running", "interrupted", "done", "failed");

  /** Checks the status. */
  public Manifest {
    if (!STATUSES.contains(status)) {
      throw new IllegalArgumentException("status " + status + " is not one of " + STATUSES);
    }
  }

  /** The same run with another status. */
  public Manifest with(String newStatus, @Nullable String newEndedAt) {
    return new Manifest(
        engram,
        command,
        recipeHash,
        modelPath,
        modelHash,
        dataHashes,
        device,
        dtype,
        template,
        threads,
        versions,
        startedAt,
        newEndedAt,
        newStatus);
  }
}
