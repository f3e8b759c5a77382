package io.engram.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Folders with what is in them. */
public final class Trees {
  private Trees() {}

  /**
   * The files of a folder by their paths in it, with slashes. Hidden ones, whose own name or folder
   * begins with a dot, are left out.
   *
   * @throws EngramException of kind FILE if it can't be read
   */
  public static SortedMap<String, Path> files(Path folder) {
    SortedMap<String, Path> files = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      walk.filter(Files::isRegularFile)
          .forEach(file -> files.put(folder.relativize(file).toString().replace('\\', '/'), file));
    } catch (IOException e) {
      throw EngramException.file(folder + " can't be read: " + e.getMessage(), e);
    }
    files.keySet().removeIf(name -> name.startsWith(".") || name.contains("/."));
    return files;
  }

  /** Deletes a folder or file, where there is one; links are deleted, not followed. */
  public static void delete(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }

  /**
   * Requires that nothing is written elsewhere when files of a folder are: a link in it may only
   * point to something that is in the folder, too.
   *
   * @throws EngramException of kind FILE if one doesn't, or can't be followed
   */
  public static void requireNoWayOut(Path folder) {
    try (Stream<Path> walk = Files.walk(folder)) {
      Path real = folder.toRealPath();
      for (Path path : (Iterable<Path>) walk.filter(Files::isSymbolicLink)::iterator) {
        if (!Files.exists(path) || !path.toRealPath().startsWith(real)) {
          throw EngramException.file(
              "%s is a link to %s, outside of the folder, where nothing may be written. Put a copy in its place."
                  .formatted(path, Files.readSymbolicLink(path)));
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw EngramException.file(folder + " can't be read: " + e.getMessage(), e);
    }
  }
}
