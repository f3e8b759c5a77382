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
 * Makes a folder that is whole as soon as it has its name: it's written under another name beside
 * it, and renamed at the end.
 */
public final class NewFolder {
  private NewFolder() {}

  /**
   * Checks that the folder can be made.
   *
   * @throws EngramException if it exists and holds anything, or is a file
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
   * Makes the folder.
   *
   * @param writing fills the folder it's given; if it throws, nothing is left
   * @throws EngramException if the folder isn't free or the disk can't take it
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

  /** What can't be deleted stays, under a name that says what it is. */
  private static void delete(Path folder) {
    try {
      Trees.delete(folder);
    } catch (IOException e) {
      // The failure that led here is what the user hears of.
    }
  }
}
