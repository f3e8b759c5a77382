package io.engram.core.hub;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Builds percent-encoded addresses. */
final class Addresses {
  private static final String PLAIN =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@";

  private Addresses() {}

  /** The endpoint, followed by a path that is already encoded. */
  static URI of(URI endpoint, String path) {
    return URI.create(endpoint + path);
  }

  /**
   * Where a server redirects to; empty if that isn't a web address, or is less safe than {@code
   * from}.
   */
  static Optional<URI> follow(URI from, String location) {
    try {
      URI to = from.resolve(URI.create(location));
      String scheme = Origin.of(to).scheme();
      boolean secure = scheme.equals("https");
      boolean wasSecure = Origin.of(from).scheme().equals("https");
      boolean good =
          (secure || (scheme.equals("http") && !wasSecure))
              && !location.isBlank()
              && to.getHost() != null
              && to.getRawUserInfo() == null;
      return good ? Optional.of(to) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Encodes one name of a path, including slashes in it. */
  static String name(String text) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (PLAIN.indexOf(b) >= 0) {
        encoded.append((char) b);
      } else {
        encoded.append(String.format("%%%02X", b));
      }
    }
    return encoded.toString();
  }

  /** Joins names with slashes. */
  static String path(String text) {
    return Arrays.stream(text.split("/", -1)).map(Addresses::name).collect(Collectors.joining("/"));
  }

  /** Scheme, host and port, which identify a server. The token belongs to one of these. */
  record Origin(String scheme, String host, int port) {
    static Origin of(URI uri) {
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
      return new Origin(scheme, String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT), port);
    }
  }
}
