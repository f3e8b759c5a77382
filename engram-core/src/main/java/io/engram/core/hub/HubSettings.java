package io.engram.core.hub;

import io.engram.core.EngramException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which hub to use, as which user and with which cache, from the environment variables that {@code
 * huggingface_hub} reads: {@code HF_ENDPOINT}, {@code HF_TOKEN}, {@code HF_TOKEN_PATH}, {@code
 * HF_HOME}, {@code HF_HUB_CACHE}, {@code XDG_CACHE_HOME}, {@code HF_HUB_OFFLINE}, {@code
 * HF_HUB_DISABLE_SYMLINKS}, {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code
 * NO_PROXY}.
 */
public final class HubSettings {
  private static final String PUBLIC_HUB = "https://huggingface.co";

  private final URI endpoint;
  private final boolean ownEndpoint;
  private final @Nullable Token token;
  private final HubCache cache;
  private final boolean offline;
  private final EnvironmentProxies proxies;

  private HubSettings(Environment environment) {
    String set = environment.get("HF_ENDPOINT");
    this.endpoint = endpoint(set == null ? PUBLIC_HUB : set.strip());
    this.ownEndpoint = set != null;
    this.token = Token.find(environment);
    this.cache = HubCache.of(environment);
    this.offline = environment.isOn("HF_HUB_OFFLINE") || environment.isOn("TRANSFORMERS_OFFLINE");
    this.proxies = EnvironmentProxies.of(environment);
  }

  /**
   * The settings of this process.
   *
   * @throws EngramException of kind USAGE if a variable's value can't be used
   */
  public static HubSettings here() {
    return new HubSettings(Environment.here());
  }

  /** Settings from other variables and another home folder. */
  public static HubSettings of(Map<String, String> variables, Path home) {
    return new HubSettings(new Environment(variables, home));
  }

  private static URI endpoint(String text) {
    String trimmed = text.replaceAll("/+$", "");
    try {
      URI uri = new URI(trimmed);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      if ((scheme.equals("https") || scheme.equals("http"))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Reported below, without the text, which may hold a password.
    }
    throw EngramException.usage(
        "HF_ENDPOINT isn't the address of a hub; write one like https://huggingface.co, without a"
            + " user name (a token goes into HF_TOKEN).");
  }

  /** Address of the hub, without a slash at its end. */
  URI endpoint() {
    return endpoint;
  }

  /** Whether {@code HF_ENDPOINT} set it. */
  boolean hasOwnEndpoint() {
    return ownEndpoint;
  }

  @Nullable Token token() {
    return token;
  }

  /** Where models and datasets are kept. */
  public HubCache cache() {
    return cache;
  }

  /** Whether {@code HF_HUB_OFFLINE} forbids the network. */
  public boolean offline() {
    return offline;
  }

  EnvironmentProxies proxies() {
    return proxies;
  }

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

    /** A variable's value; null if it is unset or blank. */
    @Nullable String get(String name) {
      String value = variables.get(name);
      return value == null || value.isBlank() ? null : value;
    }

    /** Whether a switch is on: 1, on, yes or true. */
    boolean isOn(String name) {
      String value = get(name);
      return value != null && ON.contains(value.toLowerCase(Locale.ROOT));
    }

    /** A path, with {@code ~} and {@code $NAME} expanded. */
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

  /**
   * The secret by which a hub recognises a user: {@code HF_TOKEN}, else what {@code hf auth login}
   * (once {@code huggingface-cli login}) left in a file. It has no {@code toString}, so that it
   * can't be printed by mistake.
   */
  static final class Token {
    private static final Pattern VISIBLE = Pattern.compile("[!-~]{1,4096}");
    private static final long LONGEST_FILE_BYTES = 8192;

    private final String secret;
    private final String source;

    private Token(String secret, String source) {
      this.secret = secret;
      this.source = source;
    }

    /**
     * The user's token, or null.
     *
     * @throws EngramException of kind USAGE if it can't be sent
     */
    static @Nullable Token find(Environment environment) {
      if (environment.isOn("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
        return null;
      }
      for (String name : new String[] {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
        String value = environment.get(name);
        if (value != null) {
          return of(value.strip(), name);
        }
      }
      Path file =
          environment.path(
              "HF_TOKEN_PATH", environment.huggingFaceHome().resolve("token").toString());
      String text = read(file);
      return text.isEmpty() ? null : of(text, file.toString());
    }

    private static String read(Path file) {
      try {
        return Files.isRegularFile(file) && Files.size(file) <= LONGEST_FILE_BYTES
            ? Files.readString(file).strip()
            : "";
      } catch (IOException e) {
        return "";
      }
    }

    private static Token of(String secret, String source) {
      if (!VISIBLE.matcher(secret).matches()) {
        throw EngramException.usage(
            "The token in "
                + source
                + " contains blanks or other characters that tokens don't have.");
      }
      return new Token(secret, source);
    }

    /** Value of the Authorization header. */
    String header() {
      return "Bearer " + secret;
    }

    /** Where it was set: a variable or a file. */
    String source() {
      return source;
    }
  }
}
