package io.engram.core.hub;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An answer that may be another one later: 408, 429, 500, 502, 503, 504. */
final class TransientFailure extends IOException {
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

  /** What the server asks to wait; null: it doesn't say. */
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
