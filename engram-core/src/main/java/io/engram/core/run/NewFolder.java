package io.engram.core.run;

import io.engram.core.EngramException;
import io.engram.core.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Creates a folder atomically: it is written under a temporary name next to its final place and
 * renamed at the end.
 */
public final class NewFolder {
  private NewFolder() {}

  /**
   * Checks that the folder can be created.
   *
   * @throws EngramException if it exists and is not empty, or is a file
   */
  public static void requireFree(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    if (!Files.isDirectory(folder)) {
      throw EngramException.usage(folder + " is a file; name a new or empty folder.");
    }
    try (Stream<Path> files = Files.list(folder)) {
      if (files.findAny().isPresent()) {
        throw EngramException.usage(folder + " is not empty; name a new or empty folder.");
      }
    } catch (IOException e) {
      throw EngramException.file(folder + " could not be read: " + e.getMessage(), e);
    }
  }

  /**
   * Creates the folder.
   *
   * @param writing fills the folder that it receives; if it throws, nothing is left behind
   * @throws EngramException if the folder is in use, or the disk can't hold it
   */
  public static void write(Path folder, Consumer<Path> writing) {
    requireFree(folder);
    Path absolute = folder.toAbsolutePath();
    String name = Objects.requireNonNull(absolute.getFileName()).toString();
    Path partial = absolute.resolveSibling(name + ".partial-" + ProcessHandle.current().pid());
    try {
      Files.createDirectories(partial);
      writing.accept(partial);
      Files.deleteIfExists(absolute);
      Files.move(partial, absolute, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw EngramException.resources(folder + " could not be written: " + e.getMessage(), e);
    } finally {
      delete(partial);
    }
  }

  /** Deletes what it can; the rest stays under a name that says what it is. */
  private static void delete(Path folder) {
    try {
      Trees.delete(folder);
    } catch (IOException e) {
      // Report only the failure that led here.
    }
  }
}
