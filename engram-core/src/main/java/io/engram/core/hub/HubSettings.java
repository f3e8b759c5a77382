package io.engram.core.hub;

import io.engram.core.EngramException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which hub, as whom and into which cache, from the environment variables that {@code
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
   * Of this process.
   *
   * @throws EngramException of kind USAGE if a variable's value can't be used
   */
  public static HubSettings here() {
    return new HubSettings(Environment.here());
  }

  /** Of other variables and another home folder. */
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
      // Said below: not with its text, which may hold a password.
    }
    throw EngramException.usage(
        "HF_ENDPOINT is no address of a hub; one like https://huggingface.co is needed, without a"
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
}
