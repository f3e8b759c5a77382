package io.engram.core.run;

import io.engram.core.EngramException;
import io.engram.core.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A run folder whose run has not started yet. If the run fails before it has a manifest, for
 * example because the forget set is empty, there is nothing to resume. Everything written is then
 * deleted, so that the same command works once the fault is fixed.
 */
public final class UnstartedRun {
  private final Path folder;
  private final boolean isNew;

  private UnstartedRun(Path folder, boolean isNew) {
    this.folder = folder;
    this.isNew = isNew;
  }

  /**
   * Inspects the folder before it is created. Only what is missing or empty now may be deleted
   * later.
   */
  public static UnstartedRun of(Path folder) {
    if (!Files.exists(folder)) {
      return new UnstartedRun(folder, true);
    }
    try (Stream<Path> files = Files.isDirectory(folder) ? Files.list(folder) : Stream.of(folder)) {
      return new UnstartedRun(folder, files.findAny().isEmpty());
    } catch (IOException e) {
      throw EngramException.file(folder + " can't be read: " + e.getMessage(), e);
    }
  }

  /** Deletes the folder, unless it was there before or holds a run now. */
  public void removeIfNoRun() {
    if (!isNew || !Files.isDirectory(folder) || Files.exists(folder.resolve("manifest.json"))) {
      return;
    }
    try {
      Trees.delete(folder);
    } catch (IOException e) {
      throw EngramException.file(folder + " can't be deleted: " + e.getMessage(), e);
    }
  }
}
