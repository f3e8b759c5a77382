package io.engram.core.hub;

import io.engram.core.EngramException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes a server's data safe to use: words to show, paths to write, JSON to read. It may be
 * hostile, so lengths, characters and nesting are bounded.
 */
final class Untrusted {
  private static final int LONGEST_SHOWN = 160;

  private static final int LONGEST_PATH = 1024;
  private static final int LONGEST_NAME = 255;
  private static final Pattern FORBIDDEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\\\:*?\"<>|]");
  private static final Pattern DEVICE =
      Pattern.compile(
          "(?i)(?:con|prn|aux|nul|conin\\$|conout\\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\\..*)?");

  private static final int DEEPEST_JSON = 64;
  private static final int LONGEST_JSON_STRING = 1 << 20;
  private static final JsonMapper MAPPER =
      new JsonMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxNestingDepth(DEEPEST_JSON)
                      .maxStringLength(LONGEST_JSON_STRING)
                      .build())
              .build());

  private Untrusted() {}

  /** A short text on one line, without control characters. */
  static String text(String said) {
    String visible =
        said.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]+", " ").replaceAll(" +", " ").strip();
    return visible.length() <= LONGEST_SHOWN ? visible : visible.substring(0, LONGEST_SHOWN) + "…";
  }

  /** The same in quotation marks. */
  static String quote(String said) {
    return '"' + text(said) + '"';
  }

  /**
   * The path of a file, checked before it becomes a local path: relative, without {@code ..}, and a
   * valid name on every operating system, so that a file means the same everywhere.
   *
   * @throws EngramException of kind FILE if it's not safe
   */
  static String path(String path) {
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

  /** A JSON value; empty if the bytes aren't JSON or exceed the bounds. */
  static Optional<JsonNode> json(byte[] bytes) {
    try {
      return Optional.ofNullable(MAPPER.readTree(bytes));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }
}
