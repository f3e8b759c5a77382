package io.engram.cli.run;

import io.engram.core.EngramException;
import io.engram.core.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A run folder before its run has started. If the run fails before it has a manifest, such as when
 * the forget set is empty, there is nothing to go on with: what was written is removed, so the same
 * command works once the fault is mended.
 */
final class Unstarted {
  private final Path folder;
  private final boolean isNew;

  private Unstarted(Path folder, boolean isNew) {
    this.folder = folder;
    this.isNew = isNew;
  }

  /** Looks at the folder before it's made; only what is new or empty now will be removed. */
  static Unstarted of(Path folder) {
    if (!Files.exists(folder)) {
      return new Unstarted(folder, true);
    }
    try (Stream<Path> files = Files.isDirectory(folder) ? Files.list(folder) : Stream.of(folder)) {
      return new Unstarted(folder, files.findAny().isEmpty());
    } catch (IOException e) {
      throw EngramException.file(folder + " can't be read: " + e.getMessage(), e);
    }
  }

  void removeIfNoRun() {
    if (!isNew || !Files.isDirectory(folder) || Files.exists(folder.resolve("manifest.json"))) {
      return;
    }
    try {
      Trees.delete(folder);
    } catch (IOException e) {
      throw EngramException.file(folder + " can't be removed: " + e.getMessage(), e);
    }
  }
}
