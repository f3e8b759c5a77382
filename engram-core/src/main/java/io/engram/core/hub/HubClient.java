package io.engram.core.hub;

import io.engram.core.EngramException;
import io.engram.core.Version;
import io.engram.core.text.NumberText;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLException;

/**
 * Speaks HTTP with a hub and with the hosts that it redirects to for large files. The token goes
 * only to the hub's own scheme, host and port; redirects are followed here, because Java's client
 * would send it along.
 */
final class HubClient implements AutoCloseable {
  private static final int MOST_REDIRECTS = 10;
  private static final int PROXY_REFUSES = 407;
  private static final int MOST_API_BYTES = 32 << 20;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final HubSettings settings;
  private final Pace pace;
  private final Pace.Guard guard;
  private final HttpClient http;
  private volatile boolean closed;

  /** An answer of the hub's API, whatever its status. */
  record Answer(URI uri, int status, HttpHeaders headers, byte[] body) {}

  HubClient(HubSettings settings, Pace pace) {
    this.settings = settings;
    this.pace = pace;
    if (settings.proxies().needCredentials()) {
      // Java doesn't send them with https requests unless this is set before the client's first
      // use.
      System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
    }
    this.guard = new Pace.Guard(pace.stall());
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1) // One connection per file.
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(pace.connect())
            .proxy(settings.proxies())
            .build();
  }

  HubSettings settings() {
    return settings;
  }

  Pace pace() {
    return pace;
  }

  /**
   * Asks the API, with retries if they may help.
   *
   * @throws EngramException of kind FILE if there is no answer
   */
  Answer api(URI uri) {
    for (int attempt = 1; ; attempt++) {
      try {
        return ask(uri);
      } catch (IOException e) {
        boolean hopeless = e instanceof ConnectException || e instanceof SSLException;
        if (hopeless || attempt >= pace.attempts() || !waited(e, attempt)) {
          throw Unreachable.of(e, uri, settings);
        }
      }
    }
  }

  private Answer ask(URI uri) throws IOException {
    HttpResponse<InputStream> response = open(uri, Map.of("Accept", "application/json"));
    int status = response.statusCode();
    try (InputStream body = guard.watch(response.body(), pace.answer())) {
      if (Unreachable.TransientFailure.is(status)) {
        throw new Unreachable.TransientFailure(status, response.headers());
      }
      byte[] bytes = body.readNBytes(MOST_API_BYTES + 1);
      if (bytes.length > MOST_API_BYTES) {
        throw EngramException.file(
            "%s answers a question with more than %s; a hub wouldn't."
                .formatted(uri.getHost(), NumberText.bytes(MOST_API_BYTES)));
      }
      return new Answer(response.uri(), status, response.headers(), bytes);
    }
  }

  /**
   * Waits before the next attempt.
   *
   * @return false if the server asks for a longer wait than allowed
   */
  boolean waited(IOException failure, int attempt) {
    Duration wait = pace.wait(attempt);
    if (failure instanceof Unreachable.TransientFailure later && later.retryAfter() != null) {
      wait = later.retryAfter();
    }
    if (closed
        || failure instanceof InterruptedIOException
        || wait.compareTo(pace.longestWait()) > 0) {
      return false;
    }
    try {
      Thread.sleep(wait.toMillis());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Sends a GET and follows redirects. Doesn't decode the body; refuses an encoded one.
   *
   * @return the answer, of any status but a redirect; the caller closes its body
   */
  HttpResponse<InputStream> open(URI start, Map<String, String> headers) throws IOException {
    URI at = start;
    for (int hops = 0; hops <= MOST_REDIRECTS; hops++) {
      HttpResponse<InputStream> response = send(at, headers);
      if (!REDIRECTS.contains(response.statusCode())) {
        return plain(response);
      }
      response.body().close();
      at = target(at, response.headers());
    }
    throw EngramException.file(
        "%s redirects more than %d times; the address leads nowhere."
            .formatted(start.getHost(), MOST_REDIRECTS));
  }

  /** The bytes of an answer to {@link #open}, aborted if they stop coming. */
  InputStream body(HttpResponse<InputStream> response) {
    return guard.watch(response.body(), null);
  }

  private HttpResponse<InputStream> send(URI uri, Map<String, String> headers) throws IOException {
    if (closed) {
      throw new InterruptedIOException("stopped");
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(pace.connect())
            .header("User-Agent", "engram/" + Version.code().replaceAll("[^!-~]+.*", ""))
            .header("Accept-Encoding", "identity");
    headers.forEach(request::header);
    HubSettings.Token token = settings.token();
    if (token != null
        && Addresses.Origin.of(uri).equals(Addresses.Origin.of(settings.endpoint()))) {
      request.header("Authorization", token.header());
    }
    String proxyUser = settings.proxies().credentials(uri);
    if (proxyUser != null) {
      request.header("Proxy-Authorization", proxyUser);
    }
    try {
      return admitted(http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("stopped");
    } catch (IllegalArgumentException e) {
      // Java's client reports some malformed headers this way.
      throw new IOException("no HTTP answer", e);
    }
  }

  private static HttpResponse<InputStream> admitted(HttpResponse<InputStream> response) {
    if (response.statusCode() == PROXY_REFUSES) { // It may have no body at all.
      throw EngramException.usage(
          "The proxy wants a user name; set HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT.");
    }
    return response;
  }

  private static HttpResponse<InputStream> plain(HttpResponse<InputStream> response)
      throws IOException {
    String encoding = response.headers().firstValue("Content-Encoding").orElse("identity");
    if (!encoding.isBlank() && !encoding.equalsIgnoreCase("identity")) {
      response.body().close();
      throw EngramException.file(
          "%s sends compressed bytes (%s) though plain ones were asked for; a proxy may do that."
              .formatted(response.uri().getHost(), Untrusted.text(encoding)));
    }
    return response;
  }

  private static URI target(URI from, HttpHeaders headers) {
    String location = headers.firstValue("Location").orElse("");
    return Addresses.follow(from, location)
        .orElseThrow(
            () ->
                EngramException.file(
                    from.getHost()
                        + " redirects to "
                        + Untrusted.quote(location)
                        + ", which is not followed."));
  }

  /** Aborts all answers that are still being read. */
  @Override
  public void close() {
    closed = true;
    guard.close();
  }
}
