package io.engram.core.hub;

import io.engram.core.EngramException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** Says why there was no answer, and what to look at. */
final class Unreachable {
  private Unreachable() {}

  /** From what came instead of an answer of this address. */
  static EngramException of(IOException e, URI uri, HubSettings settings) {
    String host = uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    if (e instanceof TransientFailure failure) {
      return EngramException.file(busy(failure, host), e);
    }
    if (e instanceof SSLException) {
      return EngramException.file(
          "%s: no safe connection (%s).%nA proxy that reads along needs its certificate in Java's"
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
        "%s: the connection broke again and again (%s).%nTry again: what came is kept, and only the"
                .formatted(host, Untrusted.text(String.valueOf(e.getMessage())))
            + " rest is fetched.",
        e);
  }

  private static String busy(TransientFailure failure, String host) {
    Duration wait = failure.retryAfter();
    String later = wait == null ? "later" : "in " + Math.max(1, wait.toSeconds()) + " s";
    return failure.status() == 429
        ? "%s has had too many requests from here (429).%nTry again %s; what came is kept. With a token (HF_TOKEN) more are allowed."
            .formatted(host, later)
        : "%s can't answer now (%d).%nTry again %s; what came is kept."
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
}
