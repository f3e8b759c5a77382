package io.engram.testkit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.engram.core.EngramException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads hostile variants of a file. Each must end well or in a fault that the user is told of, soon
 * and within bounded memory. Variant number n of a seed is always the same.
 *
 * <p>System properties: {@code engram.fuzz} the number of variants of each kind (300), {@code
 * engram.fuzz.seed} their seed (42), {@code engram.fuzz.only} the only one to read, {@code
 * engram.fuzz.log} a file that gets a line for each kind that was read to its end.
 */
public final class Fuzz {
  private static final long SEED = Long.getLong("engram.fuzz.seed", 42);
  private static final int COUNT = Integer.getInteger("engram.fuzz", 300);

  /** With fewer variants, all may be harmless or none. */
  private static final int ENOUGH = 60;

  private static final int ONLY = Integer.getInteger("engram.fuzz.only", -1);
  private static final @Nullable String LOG = System.getProperty("engram.fuzz.log");

  /** What the largest tables of a whole, if absurd, configuration take. */
  private static final long MOST_BYTES = 64L << 20;

  /** Of the processor's time: a variant takes a millisecond. */
  private static final long MOST_SECONDS = 30;

  /** By the clock: a variant that waits for something, on a machine that is busy otherwise. */
  private static final long LONGEST_WAIT = 300;

  private static final int LONGEST_MESSAGE = 9000;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final String what;
  private final Variants variants;
  private final Reader reader;
  private volatile int number;
  private volatile long since = System.nanoTime();
  private volatile long workedBefore;
  private volatile @Nullable Throwable failure;
  private int read;
  private int refused;

  private Fuzz(String what, Variants variants, Reader reader) {
    this.what = what;
    this.variants = variants;
    this.reader = reader;
  }

  /** A hostile variant of a file. */
  public interface Variants {
    /** The next one. */
    byte[] next(SplittableRandom random);
  }

  /** Reads a file of these bytes. */
  public interface Reader {
    /** Reads it; a fault that the user is told of is an {@link EngramException}. */
    void read(byte[] file) throws Exception;
  }

  /**
   * Reads the valid file, which must go well, then its variants, of which some must be refused.
   *
   * @param share how many of the test run's variants, 1 for cheap readers and less for slow ones
   */
  public static void run(String what, double share, byte[] valid, Variants variants, Reader reader)
      throws Exception {
    reader.read(valid);
    Fuzz fuzz = new Fuzz(what, variants, reader);
    long start = System.nanoTime();
    int count = (int) Math.ceil(COUNT * share);
    Thread thread =
        new Thread(() -> fuzz.readAll(ONLY < 0 ? 0 : ONLY, ONLY < 0 ? count : ONLY + 1));
    thread.setDaemon(true);
    thread.start();
    while (thread.isAlive()) {
      thread.join(100);
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - fuzz.since);
      long worked =
          TimeUnit.NANOSECONDS.toSeconds(
              THREADS.getThreadCpuTime(thread.getId()) - fuzz.workedBefore);
      if (thread.isAlive() && (worked > MOST_SECONDS || seconds > LONGEST_WAIT)) {
        throw new AssertionError(
            fuzz.where()
                + " takes longer than "
                + seconds
                + " s, and is at\n"
                + Arrays.toString(thread.getStackTrace()).replace(", ", "\n"));
      }
    }
    if (fuzz.failure != null) {
      throw new AssertionError(fuzz.where() + ": " + fuzz.failure, fuzz.failure);
    }
    if (ONLY < 0) {
      if (count >= ENOUGH) {
        assertThat(fuzz.refused).as(what + ": refused of " + count).isPositive();
        assertThat(fuzz.read).as(what + ": read of " + count).isPositive();
      }
      fuzz.log(System.nanoTime() - start);
    }
  }

  private void log(long nanos) throws IOException {
    if (LOG != null) {
      Files.writeString(
          Path.of(LOG),
          String.format(
              Locale.ROOT,
              "%s\t%d variants\t%d read\t%d refused\t%.1f s\tseed %d%n",
              what,
              read + refused,
              read,
              refused,
              nanos / 1e9,
              SEED),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
  }

  private String where() {
    return "%s, variant %d of seed %d (-Dengram.fuzz.seed=%d -Dengram.fuzz.only=%d)"
        .formatted(what, number, SEED, SEED, number);
  }

  private void readAll(int from, int to) {
    try {
      for (int next = from; next < to; next++) {
        number = next;
        since = System.nanoTime();
        workedBefore = THREADS.getCurrentThreadCpuTime();
        readOne();
      }
    } catch (Throwable e) {
      failure = e;
    }
  }

  private void readOne() throws Exception {
    byte[] file = variants.next(new SplittableRandom(SEED * 0x9E3779B97F4A7C15L + number));
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      reader.read(file);
      read++;
    } catch (EngramException e) {
      requireFit(e);
      refused++;
    }
    long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertThat(taken)
        .as("bytes taken by a file of " + file.length)
        .isLessThan(MOST_BYTES + file.length);
  }

  private static void requireFit(EngramException fault) {
    assertThat(fault.kind()).isNotEqualTo(EngramException.Kind.RESOURCES);
    String message = String.valueOf(fault.getMessage()).replace("\r\n", "\n");
    assertThat(message.length()).isLessThan(LONGEST_MESSAGE);
    assertThat(message.chars().filter(c -> c < ' ' && c != '\n' && c != '\t')).isEmpty();
  }
}
