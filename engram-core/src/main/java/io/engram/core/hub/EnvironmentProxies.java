package io.engram.core.hub;

import io.engram.core.EngramException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Proxies from {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY}, in
 * upper or lower case; without them, from Java's own settings.
 *
 * <p>{@code NO_PROXY} lists hosts, separated by commas: {@code *} for all, a name for itself and
 * its subdomains, with a port to mean only that port.
 */
final class EnvironmentProxies extends ProxySelector {
  /** A proxy, with the value of its Proxy-Authorization header. */
  private record Server(InetSocketAddress address, @Nullable String credentials) {}

  private final @Nullable Server https;
  private final @Nullable Server http;
  private final List<String> excluded;

  private EnvironmentProxies(@Nullable Server https, @Nullable Server http, List<String> excluded) {
    this.https = https;
    this.http = http;
    this.excluded = excluded;
  }

  /**
   * Reads the variables.
   *
   * @throws EngramException of kind USAGE if a proxy can't be used
   */
  static EnvironmentProxies of(HubSettings.Environment environment) {
    Server all = server(environment, "ALL_PROXY");
    Server https = server(environment, "HTTPS_PROXY");
    Server http = server(environment, "HTTP_PROXY");
    String not = value(environment, "NO_PROXY");
    return new EnvironmentProxies(
        https == null ? all : https,
        http == null ? all : http,
        not == null
            ? List.of()
            : Arrays.stream(not.toLowerCase(Locale.ROOT).split("[,\\s]+"))
                .filter(entry -> !entry.isEmpty())
                .toList());
  }

  private static @Nullable String value(HubSettings.Environment environment, String name) {
    String lower = environment.get(name.toLowerCase(Locale.ROOT));
    return lower == null ? environment.get(name) : lower;
  }

  private static @Nullable Server server(HubSettings.Environment environment, String name) {
    String value = value(environment, name);
    if (value == null) {
      return null;
    }
    try {
      URI uri = URI.create(value.contains("://") ? value.strip() : "http://" + value.strip());
      if ("http".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null) {
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        String user = uri.getUserInfo();
        return new Server(
            InetSocketAddress.createUnresolved(uri.getHost(), port),
            user == null ? null : "Basic " + base64(user));
      }
    } catch (IllegalArgumentException e) {
      // Reported below, without the text, which may hold a password.
    }
    throw EngramException.usage(
        name
            + " can't be used as a proxy; write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT"
            + ".");
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The proxy credentials for a request to this address; null: none. */
  @Nullable String credentials(URI uri) {
    Server server = server(uri);
    return server == null ? null : server.credentials();
  }

  /** Whether any proxy needs a user name. */
  boolean needCredentials() {
    return (https != null && https.credentials() != null)
        || (http != null && http.credentials() != null);
  }

  @Override
  public List<Proxy> select(URI uri) {
    if (https == null && http == null) {
      ProxySelector ofJava = ProxySelector.getDefault();
      return ofJava == null ? List.of(Proxy.NO_PROXY) : ofJava.select(uri);
    }
    Server server = server(uri);
    return List.of(
        server == null ? Proxy.NO_PROXY : new Proxy(Proxy.Type.HTTP, resolved(server.address())));
  }

  private static InetSocketAddress resolved(InetSocketAddress address) {
    return new InetSocketAddress(address.getHostString(), address.getPort());
  }

  private @Nullable Server server(URI uri) {
    if (excluded.stream().anyMatch(entry -> covers(entry, uri))) {
      return null;
    }
    return "https".equalsIgnoreCase(uri.getScheme()) ? https : http;
  }

  private static boolean covers(String entry, URI uri) {
    if (entry.equals("*")) {
      return true;
    }
    String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
    int colon = entry.lastIndexOf(':');
    boolean hasPort = colon > 0 && entry.indexOf(':') == colon;
    if (hasPort
        && !entry.substring(colon + 1).equals(Integer.toString(Addresses.Origin.of(uri).port()))) {
      return false;
    }
    String name = hasPort ? entry.substring(0, colon) : entry;
    name = name.startsWith("*.") ? name.substring(2) : name;
    name = name.startsWith(".") ? name.substring(1) : name;
    return host.equals(name) || host.endsWith("." + name);
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException e) {
    // The request fails too, and that is reported.
  }
}
