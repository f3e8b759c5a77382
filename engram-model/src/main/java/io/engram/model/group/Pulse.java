package io.engram.model.group;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Store;
import org.jspecify.annotations.Nullable;

/**
 * Notices that workers no longer reach each other although no connection was closed: a network that
 * is parted drops packets without a word, and Gloo would wait for a day.
 *
 * <p>Each worker writes its number of beats, and of sums begun, to the leader's store, a few dozen
 * times within the patience. The leader reads those of all others, the others that of the leader.
 * Silence is counted in own beats, not by the clock, so that a process that was stopped and goes on
 * blames nobody.
 */
final class Pulse implements AutoCloseable {
  /** Beats without an answer after which a worker counts as lost. */
  private static final int PATIENCE = 40;

  /** Beats that one may miss, and still be heard. */
  private static final int UNHEARD = 3;

  /** A sum that all have begun may take a beat more for each so many bytes. */
  private static final double BYTES_A_BEAT = 5e6;

  private final Store store;
  private final int rank;
  private final int size;
  private final long beatMillis;
  private final AtomicLong begun = new AtomicLong();
  private final Thread thread;

  /** Beats that were answered. */
  private volatile long answered;

  /** Sums that all other workers have begun; -1: not the leader, or not all are heard. */
  private volatile long begunByAll = -1;

  private volatile @Nullable String silent;
  private volatile boolean isClosed;

  /**
   * Starts to beat.
   *
   * @param store a connection of its own to the leader's store, since the native call blocks if the
   *     leader doesn't answer; the pulse's from now on
   */
  Pulse(Store store, int rank, int size, Duration patience) {
    this.store = store;
    this.rank = rank;
    this.size = size;
    this.beatMillis = Math.max(1, patience.toMillis() / PATIENCE);
    this.thread = new Thread(this::run, "pulse");
    write(0);
    thread.setDaemon(true);
  }

  /** To be called when all workers have written their first beat. */
  void start() {
    thread.start();
  }

  /** The time between two beats, and between two looks at a {@link Watch}. */
  long beatMillis() {
    return beatMillis;
  }

  /** Counts a sum that this worker begins. */
  long begin() {
    return begun.incrementAndGet();
  }

  private void write(long beat) {
    store.set("pulse " + rank, "%d %d".formatted(beat, begun.get()));
  }

  private void run() {
    int[] watched = rank == 0 ? IntStream.range(1, size).toArray() : new int[] {0};
    String[] last = new String[watched.length];
    int[] missed = new int[watched.length];
    try {
      for (long beat = 1; !isClosed; beat++) {
        write(beat);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < watched.length; i++) {
          String[] words = store.get_to_str("pulse " + watched[i]).split(" ", 2);
          missed[i] = words[0].equals(last[i]) ? missed[i] + 1 : 0;
          last[i] = words[0];
          least = missed[i] > UNHEARD ? -1 : Math.min(least, Long.parseLong(words[1]));
          if (missed[i] >= PATIENCE) {
            silent = "worker %d has fallen silent".formatted(watched[i] + 1);
            return;
          }
        }
        begunByAll = rank == 0 ? least : -1;
        answered = beat;
        TimeUnit.MILLISECONDS.sleep(beatMillis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      silent = "the leader's store is gone";
    }
  }

  /** Thrown when a worker can't be reached, or others can't reach each other. */
  static final class Silence extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Silence(String message) {
      super(message);
    }
  }

  /** Somebody waits for others. */
  final class Watch {
    private final long number;
    private final double patience;
    private long seen = answered;
    private int still;
    private int together;

    /**
     * @param number of the sum that is waited for; {@link Long#MAX_VALUE}: something else
     * @param bytes of the sum
     */
    Watch(long number, long bytes) {
      this.number = number;
      this.patience = PATIENCE + bytes / BYTES_A_BEAT;
    }

    /**
     * To be called once a beat.
     *
     * @throws Silence if those that are waited for can't be reached
     */
    void beat() {
      if (silent != null) {
        throw new Silence(Objects.requireNonNull(silent));
      }
      still = answered == seen ? still + 1 : 0;
      seen = answered;
      if (still >= PATIENCE) {
        throw new Silence("the leader has fallen silent");
      }
      together = begunByAll >= number ? together + 1 : 0;
      if (together >= patience) {
        throw new Silence("all wait for each other; some don't reach each other");
      }
    }
  }

  /** Stops. A thread that waits for a leader that can't be reached keeps its connection. */
  @Override
  public void close() {
    isClosed = true;
    thread.interrupt();
    try {
      thread.join(2 * beatMillis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!thread.isAlive()) {
      store.releaseReference();
    }
  }
}
