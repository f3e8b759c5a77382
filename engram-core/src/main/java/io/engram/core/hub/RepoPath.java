package io.engram.core.hub;

import io.engram.core.EngramException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Whether a path that a server sent may become a path here: relative, without {@code ..}, and a
 * name on every operating system, so that a file means the same everywhere.
 */
final class RepoPath {
  private static final int LONGEST_PATH = 1024;
  private static final int LONGEST_NAME = 255;
  private static final Pattern FORBIDDEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\\\:*?\"<>|]");
  private static final Pattern DEVICE =
      Pattern.compile(
          "(?i)(?:con|prn|aux|nul|conin\\$|conout\\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\\..*)?");

  private RepoPath() {}

  /**
   * Gives back the path.
   *
   * @throws EngramException of kind FILE if it's not safe
   */
  static String require(String path) {
    boolean safe =
        !path.isEmpty()
            && path.length() <= LONGEST_PATH
            && !FORBIDDEN.matcher(path).find()
            && StandardCharsets.UTF_8.newEncoder().canEncode(path);
    for (String name : path.split("/", -1)) {
      safe = safe && isName(name);
    }
    if (!safe) {
      throw EngramException.file(
          "The hub lists a file named "
              + Untrusted.quote(path)
              + ", which can't be written safely; nothing of this repository is fetched.");
    }
    return path;
  }

  private static boolean isName(String name) {
    return !name.isEmpty()
        && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME
        && !name.startsWith(" ")
        && !name.endsWith(" ")
        && !name.endsWith(".")
        && !name.toLowerCase(Locale.ROOT).equals(".git")
        && !DEVICE.matcher(name).matches();
  }
}
