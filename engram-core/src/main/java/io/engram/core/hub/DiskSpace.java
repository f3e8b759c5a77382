package io.engram.core.hub;

import io.engram.core.EngramException;
import io.engram.core.text.NumberText;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Checks whether files fit on a disk, and says so if they don't. */
final class DiskSpace {
  private static final List<String> FULL =
      List.of("no space left on device", "disk quota exceeded", "not enough space");

  private DiskSpace() {}

  /**
   * Checks before the first byte is fetched.
   *
   * @throws EngramException of kind RESOURCES if it's too much
   */
  static void require(Path folder, long bytes) {
    Path there = folder.toAbsolutePath();
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    long free;
    try {
      free = there == null ? 0 : Files.getFileStore(there).getUsableSpace();
    } catch (IOException e) {
      return; // Some file systems don't know.
    }
    if (free > 0 && bytes > free) {
      throw EngramException.resources(
          "%s are needed in %s; %s are free.%nFree some space, or choose another disk with HF_HOME or --out."
              .formatted(NumberText.bytes(bytes), folder, NumberText.bytes(free)),
          null);
    }
  }

  /** Explains a failed write. */
  static EngramException failure(Path folder, IOException e) {
    String message = String.valueOf(e.getMessage());
    if (FULL.stream().anyMatch(message.toLowerCase(Locale.ROOT)::contains)) {
      return EngramException.resources(
          "The disk of %s is full.%nFree some space and try again: what has been fetched is kept."
              .formatted(folder),
          null); // Otherwise the cause would be printed twice.
    }
    String what = e instanceof AccessDeniedException ? "no permission: " + message : message;
    return EngramException.file(
        "%s can't be written (%s).%nHF_HOME chooses another cache, --out a folder."
            .formatted(folder, what),
        e);
  }
}
