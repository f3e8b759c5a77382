package io.engram.core.hub;

import io.engram.core.EngramException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fetches one file: only the missing bytes, with retries if the connection breaks, and checked
 * against the hash before it gets its name. Wrong bytes are deleted and fetched once more from the
 * start.
 */
final class BlobDownload {
  private static final int CHUNK_BYTES = 1 << 17;
  private static final int OK = 200;
  private static final int PARTIAL = 206;
  private static final int OUT_OF_RANGE = 416;
  private static final long PROGRESS_BYTES = 1 << 16;
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes\\s+(\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

  private final HubClient client;
  private final Repository repository;
  private final RepoFile file;
  private final URI address;
  private final LongConsumer received;
  private long reported;
  private @Nullable String etag;

  /**
   * @param received receives how many more bytes have arrived, negative if some were deleted
   */
  BlobDownload(
      HubClient client,
      Repository repository,
      String commit,
      RepoFile file,
      LongConsumer received) {
    this.client = client;
    this.repository = repository;
    this.file = file;
    this.address = repository.address(commit, file);
    this.received = received;
  }

  /**
   * Fetches it.
   *
   * @throws EngramException if it can't be fetched
   * @throws IOException if it can't be written
   */
  void into(BlobFolder blobs) throws IOException {
    try (BlobFolder.Incomplete part = new BlobFolder.Incomplete(blobs.incomplete(file), file)) {
      report(part);
      boolean secondTry = false;
      while (true) {
        boolean resumed = part.isResumed();
        complete(part);
        if (part.completed(blobs.path(file))) {
          return;
        }
        report(part);
        if (secondTry && !resumed) {
          throw EngramException.file(
              ("%s: %s comes with other bytes than the hub's hash says, twice.%n"
                      + "Something on the way changes it; try again later or over another network.")
                  .formatted(repository.name(), file.path()));
        }
        secondTry = !resumed;
      }
    }
  }

  /** Asks until all bytes have arrived. */
  private void complete(BlobFolder.Incomplete part) throws IOException {
    int failures = 0;
    while (part.length() < file.size()) {
      long before = part.length();
      try {
        request(part);
      } catch (NotWritten e) {
        throw e.cause;
      } catch (IOException e) {
        failures = part.length() - before >= PROGRESS_BYTES ? 1 : failures + 1;
        boolean stopped = e instanceof InterruptedIOException;
        if (stopped || failures >= client.pace().attempts() || !client.waited(e, failures)) {
          throw Unreachable.of(e, address, client.settings());
        }
      } finally {
        report(part);
      }
    }
  }

  private void request(BlobFolder.Incomplete part) throws IOException {
    Map<String, String> headers = new HashMap<>();
    if (part.length() > 0) {
      headers.put("Range", "bytes=" + part.length() + "-");
      if (etag != null) {
        headers.put("If-Range", etag);
      }
    }
    HttpResponse<InputStream> response = client.open(address, headers);
    try (InputStream body = client.body(response)) {
      begin(part, response);
      etag = response.headers().firstValue("ETag").filter(tag -> tag.startsWith("\"")).orElse(null);
      receive(part, body);
    }
  }

  /**
   * Checks that the answer continues where the file ends, and clears the file if it starts over.
   */
  private void begin(BlobFolder.Incomplete part, HttpResponse<InputStream> response)
      throws IOException {
    int status = response.statusCode();
    if (Unreachable.TransientFailure.is(status)) {
      throw new Unreachable.TransientFailure(status, response.headers());
    }
    if (status == OUT_OF_RANGE) {
      restart(part);
      throw new IOException("the range was refused");
    }
    if (status != OK && status != PARTIAL) {
      throw repository.refusals().of(response.uri(), status, response.headers(), file.path());
    }
    if (status == OK) {
      restart(part);
    } else if (!goesOn(part, response.headers().firstValue("Content-Range").orElse(""))) {
      restart(part);
      throw new IOException("another part came than was asked for");
    }
    long rest = file.size() - part.length();
    long announced = response.headers().firstValueAsLong("Content-Length").orElse(rest);
    if (announced != rest) {
      throw new IOException(
          "%s: %d bytes are announced, %d are missing".formatted(file.path(), announced, rest));
    }
  }

  private boolean goesOn(BlobFolder.Incomplete part, String range) {
    Matcher matcher = CONTENT_RANGE.matcher(range.strip());
    return matcher.matches()
        && Long.parseLong(matcher.group(1)) == part.length()
        && (matcher.group(2).equals("*") || Long.parseLong(matcher.group(2)) == file.size());
  }

  private void receive(BlobFolder.Incomplete part, InputStream body) throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    for (int n = body.read(chunk); n >= 0; n = body.read(chunk)) {
      if (n > file.size() - part.length()) {
        restart(part);
        throw new IOException(
            "%s: more than the %d bytes that the hub lists".formatted(file.path(), file.size()));
      }
      write(part, chunk, n);
      report(part);
    }
    if (part.length() < file.size()) {
      throw new EOFException(
          "%s: the connection ended after %d of %d bytes"
              .formatted(file.path(), part.length(), file.size()));
    }
  }

  private static void write(BlobFolder.Incomplete part, byte[] chunk, int count) throws NotWritten {
    try {
      part.append(chunk, count);
    } catch (IOException e) {
      throw new NotWritten(e);
    }
  }

  private static void restart(BlobFolder.Incomplete part) throws NotWritten {
    try {
      part.restart();
    } catch (IOException e) {
      throw new NotWritten(e);
    }
  }

  private void report(BlobFolder.Incomplete part) {
    received.accept(part.length() - reported);
    reported = part.length();
  }

  /** The disk failed, not the network: asking again doesn't help. */
  private static final class NotWritten extends IOException {
    private static final long serialVersionUID = 1L;

    private final IOException cause;

    private NotWritten(IOException cause) {
      super(cause);
      this.cause = cause;
    }
  }
}
