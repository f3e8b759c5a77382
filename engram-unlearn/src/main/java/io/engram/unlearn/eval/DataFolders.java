package io.engram.unlearn.eval;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.hub.HubCache;
import io.engram.core.hub.HubName;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where data sets are: in the folder that {@code eval.datasets} names, with one folder per data
 * set, and in the hub's cache, where {@code engram fetch} puts them. Fetches nothing.
 *
 * @param root the folder of data sets; null: there is none
 * @param cache the hub's; null: not looked into
 */
public record DataFolders(@Nullable Path root, @Nullable HubCache cache) {
  /** Hub layouts have one folder per configuration. */
  private static final int DEPTH = 3;

  /**
   * The folders of a recipe.
   *
   * @param datasets {@code eval.datasets}; null: the folder {@code datasets} of Engram's home if
   *     there is one
   * @throws EngramException if it is named but doesn't exist
   */
  public static DataFolders of(@Nullable String datasets) {
    if (datasets != null && !Files.isDirectory(Path.of(datasets))) {
      throw EngramException.file(
          "eval.datasets = %s isn't a folder; it must hold the data sets, one folder each"
              .formatted(datasets));
    }
    Path named = datasets == null ? EngramHome.find("datasets").orElse(null) : Path.of(datasets);
    return new DataFolders(named, HubCache.here());
  }

  /**
   * The folders that exist of a data set.
   *
   * @param folders names that it may have below the root, or absolute paths
   * @param hub its name on the hub; empty: none
   */
  public List<Path> holding(List<String> folders, String hub) {
    List<Path> bases = new ArrayList<>();
    for (String folder : folders) {
      Path path = Path.of(folder);
      if (root != null) {
        bases.add(root.resolve(path));
      } else if (path.isAbsolute()) {
        bases.add(path);
      }
    }
    if (cache != null && !hub.isEmpty()) {
      cache.find(HubName.parse("dataset:" + hub)).ifPresent(bases::add);
    }
    return bases.stream().filter(Files::isDirectory).toList();
  }

  /**
   * The files below a folder that match a glob, in order of name.
   *
   * @throws EngramException if it isn't a glob
   */
  public static List<Path> matching(Path base, String glob) {
    PathMatcher matcher;
    try {
      matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
    } catch (PatternSyntaxException e) {
      throw EngramException.usage(
          "\"%s\" is not a pattern for names of files: %s".formatted(glob, e.getDescription()));
    }
    try (Stream<Path> all = Files.walk(base, DEPTH)) {
      return all.filter(file -> matcher.matches(base.relativize(file)))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw EngramException.file(base + " can't be read: " + e.getMessage(), e);
    }
  }
}
