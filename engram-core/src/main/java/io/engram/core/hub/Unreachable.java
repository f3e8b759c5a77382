package io.engram.core.hub;

import io.engram.core.EngramException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.nio.channels.UnresolvedAddressException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says why there was no answer, and what to check. */
final class Unreachable {
  private Unreachable() {}

  /** Explains the exception that came instead of an answer from this address. */
  static EngramException of(IOException e, URI uri, HubSettings settings) {
    String host = uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    if (e instanceof TransientFailure failure) {
      return EngramException.file(busy(failure, host), e);
    }
    if (e instanceof SSLException) {
      return EngramException.file(
          "%s: no secure connection (%s).%nIf a proxy inspects the traffic, add its certificate to Java's"
                  .formatted(host, Untrusted.text(String.valueOf(e.getMessage())))
              + " trust store: ENGRAM_JAVA_OPTS=-Djavax.net.ssl.trustStore=FILE.",
          e);
    }
    if (e instanceof ConnectException || e instanceof HttpConnectTimeoutException) {
      return EngramException.file(
          "%s can't be reached%s.%nCheck the network, HTTPS_PROXY and NO_PROXY%s."
              .formatted(host, why(e), settings.hasOwnEndpoint() ? ", and HF_ENDPOINT" : ""),
          e);
    }
    return EngramException.file(
        "%s: the connection broke again and again (%s).%nTry again: what has been fetched is kept, and only the"
                .formatted(host, Untrusted.text(String.valueOf(e.getMessage())))
            + " rest is fetched.",
        e);
  }

  private static String busy(TransientFailure failure, String host) {
    Duration wait = failure.retryAfter();
    String later = wait == null ? "later" : "in " + Math.max(1, wait.toSeconds()) + " s";
    return failure.status() == 429
        ? "%s has had too many requests from here (429).%nTry again %s; what has been fetched is kept. With a token (HF_TOKEN) more are allowed."
            .formatted(host, later)
        : "%s can't answer now (%d).%nTry again %s; what has been fetched is kept."
            .formatted(host, failure.status(), later);
  }

  private static String why(Throwable e) {
    if (e instanceof HttpConnectTimeoutException) {
      return ": no answer in time";
    }
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return ": no host of this name is known";
      }
    }
    String message = e.getMessage();
    return message == null ? "" : ": " + Untrusted.text(message);
  }

  /** An answer that may change later: 408, 429, 500, 502, 503, 504. */
  static final class TransientFailure extends IOException {
    private static final long serialVersionUID = 1L;
    private static final Set<Integer> STATUSES = Set.of(408, 429, 500, 502, 503, 504);
    private static final int LONGEST_SECONDS = 7 * 24 * 3600;

    private final int status;
    private final @Nullable Duration retryAfter;

    TransientFailure(int status, HttpHeaders headers) {
      super("status " + status);
      this.status = status;
      this.retryAfter =
          headers.firstValue("Retry-After").map(TransientFailure::retryAfter).orElse(null);
    }

    static boolean is(int status) {
      return STATUSES.contains(status);
    }

    int status() {
      return status;
    }

    /** How long the server asks to wait; null if it doesn't say. */
    @Nullable Duration retryAfter() {
      return retryAfter;
    }

    /** Seconds, or a date; null if it's neither. */
    private static @Nullable Duration retryAfter(String value) {
      String text = value.strip();
      if (text.matches("\\d{1,9}")) {
        return Duration.ofSeconds(Math.min(Integer.parseInt(text), LONGEST_SECONDS));
      }
      try {
        Instant at = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        Duration left = Duration.between(Instant.now(), at);
        return left.isNegative() ? Duration.ZERO : left;
      } catch (DateTimeException e) {
        return null;
      }
    }
  }
}
