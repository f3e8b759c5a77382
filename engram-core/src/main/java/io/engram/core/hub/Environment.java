package io.engram.core.hub;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Environment variables as {@code huggingface_hub} reads them.
 *
 * @param variables all of them
 * @param home the user's home folder
 */
record Environment(Map<String, String> variables, Path home) {
  private static final Set<String> ON = Set.of("1", "on", "yes", "true");
  private static final Pattern VARIABLE = Pattern.compile("\\$(?:(\\w+)|\\{(\\w+)\\})");

  /** Of this process. */
  static Environment here() {
    return new Environment(System.getenv(), Path.of(System.getProperty("user.home", ".")));
  }

  /** A variable's value; null where it's not set or blank. */
  @Nullable String get(String name) {
    String value = variables.get(name);
    return value == null || value.isBlank() ? null : value;
  }

  /** Whether a switch is on: 1, on, yes or true. */
  boolean isOn(String name) {
    String value = get(name);
    return value != null && ON.contains(value.toLowerCase(Locale.ROOT));
  }

  /** A path, with {@code ~} and {@code $NAME} filled in. */
  Path path(String name, String otherwise) {
    String value = get(name);
    String text = value == null ? otherwise : value;
    if (text.equals("~") || text.startsWith("~/")) {
      text = home + text.substring(1);
    }
    return Path.of(VARIABLE.matcher(text).replaceAll(this::filled));
  }

  private String filled(MatchResult match) {
    String name = match.group(1) == null ? match.group(2) : match.group(1);
    return Matcher.quoteReplacement(variables.getOrDefault(name, match.group()));
  }

  /** {@code HF_HOME}, by default {@code huggingface} in the user's cache folder. */
  Path huggingFaceHome() {
    Path caches = path("XDG_CACHE_HOME", home.resolve(".cache").toString());
    return path("HF_HOME", caches.resolve("huggingface").toString());
  }

  /** {@code HF_HUB_CACHE}, by default {@code hub} in {@code HF_HOME}. */
  Path hubCache() {
    Path old = path("HUGGINGFACE_HUB_CACHE", huggingFaceHome().resolve("hub").toString());
    return path("HF_HUB_CACHE", old.toString()).toAbsolutePath();
  }
}
