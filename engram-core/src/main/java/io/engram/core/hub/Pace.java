package io.engram.core.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How patient a client is.
 *
 * @param attempts how often to try without any progress
 * @param firstWait wait before the second attempt; doubled each time
 * @param longestWait the longest wait that a server may ask for with Retry-After
 * @param connect time limit for a connection, and again for the first answer
 * @param stall time in which an answer must bring at least {@link #LEAST_BYTES}
 * @param answer time limit for a whole answer of the hub's API
 */
record Pace(
    int attempts,
    Duration firstWait,
    Duration longestWait,
    Duration connect,
    Duration stall,
    Duration answer) {
  /** The least number of bytes that counts as progress. */
  static final long LEAST_BYTES = 1024;

  /** The settings for normal use. */
  static final Pace USUAL =
      new Pace(
          5,
          Duration.ofSeconds(1),
          Duration.ofSeconds(90),
          Duration.ofSeconds(20),
          Duration.ofSeconds(30),
          Duration.ofMinutes(3));

  /** The wait before attempt {@code number}, where 1 is the second attempt. */
  Duration wait(int number) {
    return firstWait.multipliedBy(1L << Math.min(number - 1, 10));
  }

  /**
   * Aborts answers that have stalled, since Java's client waits for the next byte of a body
   * forever. Also aborts all of them when its owner stops.
   */
  static final class Guard implements AutoCloseable {
    private final Duration stall;
    private final Set<Body> open = ConcurrentHashMap.newKeySet();
    private final Timer clock = new Timer("engram-hub-clock", true);
    private volatile boolean closed;

    Guard(Duration stall) {
      this.stall = stall;
      clock.schedule(
          new TimerTask() {
            @Override
            public void run() {
              open.forEach(Body::look);
            }
          },
          stall.toMillis(),
          stall.toMillis());
    }

    /**
     * The same bytes, as long as they keep coming.
     *
     * @param deadline for the whole answer; null: none
     */
    InputStream watch(InputStream body, @Nullable Duration deadline) {
      Body watched = new Body(body, deadline);
      open.add(watched);
      if (closed) {
        watched.end("stopped");
      }
      return watched;
    }

    @Override
    public void close() {
      closed = true;
      clock.cancel();
      open.forEach(body -> body.end("stopped"));
    }

    private final class Body extends FilterInputStream {
      private final long begun = System.nanoTime();
      private final @Nullable Duration deadline;
      private final AtomicLong sinceLook = new AtomicLong();
      private volatile @Nullable String ended;

      private Body(InputStream body, @Nullable Duration deadline) {
        super(body);
        this.deadline = deadline;
      }

      private void look() {
        if (sinceLook.getAndSet(0) < Pace.LEAST_BYTES) {
          end("nothing came for " + stall.toSeconds() + " s");
        }
        if (deadline != null && System.nanoTime() - begun > deadline.toNanos()) {
          end("it took more than " + deadline.toSeconds() + " s");
        }
      }

      /** Closing the client's stream from here wakes the thread that reads it. */
      private void end(String why) {
        if (!open.remove(this)) {
          return;
        }
        ended = why;
        try {
          in.close();
        } catch (IOException e) {
          // The reader gets the error.
        }
      }

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        int n = read(one, 0, 1);
        return n < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        int n;
        try {
          n = super.read(bytes, offset, length);
        } catch (IOException e) {
          throw ended == null ? e : new IOException(ended, e);
        }
        if (ended != null) {
          throw new IOException(ended);
        }
        sinceLook.addAndGet(Math.max(n, 0));
        return n;
      }

      @Override
      public void close() throws IOException {
        open.remove(this);
        super.close();
      }
    }
  }
}
