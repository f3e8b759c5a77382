package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import io.engram.core.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Replaces files of an existing folder: they're written to a temporary folder inside it and moved
 * into place once all are complete.
 */
public final class FolderUpdate {
  private static final String TEMPORARY = ".saving";

  private FolderUpdate() {}

  /**
   * Updates a folder.
   *
   * @param last name of the file that is moved last, by which the folder is recognised
   * @param stale accepts names of older files that must not stay beside the new ones
   * @param writing fills the folder it is given; if it throws, the folder stays unchanged
   * @throws EngramException if the folder can't be written
   */
  public static void write(
      Path folder, String last, Predicate<String> stale, Consumer<Path> writing) {
    Path temporary = folder.resolve(TEMPORARY);
    try {
      Trees.delete(temporary);
      Files.createDirectories(temporary);
      try {
        writing.accept(temporary);
        move(temporary, folder, last, stale);
      } finally {
        Trees.delete(temporary);
      }
    } catch (IOException e) {
      throw EngramException.resources(folder + " could not be written: " + e.getMessage(), e);
    }
  }

  private static void move(Path from, Path to, String last, Predicate<String> stale)
      throws IOException {
    List<String> names = names(from);
    for (String name : names) {
      if (!name.equals(last)) {
        replace(from.resolve(name), to.resolve(name));
      }
    }
    for (String old : names(to)) {
      if (stale.test(old) && !names.contains(old)) {
        Files.delete(to.resolve(old));
      }
    }
    replace(from.resolve(last), to.resolve(last));
  }

  private static void replace(Path from, Path to) throws IOException {
    if (Files.isDirectory(from)) {
      Trees.delete(to);
    }
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
