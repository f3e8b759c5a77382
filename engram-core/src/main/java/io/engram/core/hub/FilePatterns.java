package io.engram.core.hub;

import io.engram.core.EngramException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.regex.PatternSyntaxException;

/**
 * The patterns of {@code --file}: {@code *} and {@code ?} as in a shell. A pattern without a slash
 * is compared with a file's name, one with a slash with its whole path.
 */
final class FilePatterns {
  private final List<String> patterns;
  private final List<PathMatcher> matchers;

  /**
   * @throws EngramException of kind USAGE if one is no pattern
   */
  FilePatterns(List<String> patterns) {
    this.patterns = List.copyOf(patterns);
    this.matchers = patterns.stream().map(FilePatterns::matcher).toList();
  }

  private static PathMatcher matcher(String pattern) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    } catch (PatternSyntaxException e) {
      throw EngramException.usage(
          "--file " + pattern + " is no pattern; one like '*Q4_K_M.gguf' is needed.");
    }
  }

  boolean isEmpty() {
    return patterns.isEmpty();
  }

  /** Whether any pattern matches; the file's path has to be safe. */
  boolean match(RepoFile file) {
    for (int i = 0; i < matchers.size(); i++) {
      String compared = patterns.get(i).contains("/") ? file.path() : file.name();
      if (matchers.get(i).matches(Path.of(compared))) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return "--file " + String.join(" --file ", patterns);
  }
}
