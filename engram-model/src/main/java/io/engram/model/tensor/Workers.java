package io.engram.model.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Runs independent pieces of a computation side by side, one thread each, instead of one after
 * another on all threads: the matrices of small models are too small to keep several threads busy,
 * and everything between the products runs on one.
 *
 * <p>Native memory that outlives a piece must be kept, as always. Gradients are on in a piece if
 * they are on in the caller.
 */
public final class Workers {
  private static final ExecutorService POOL =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "engram-worker");
            thread.setDaemon(true);
            return thread;
          });

  private static final ThreadLocal<Integer> BESIDE = ThreadLocal.withInitial(() -> 1);

  private static int guests;
  private static int blasBefore;

  private Workers() {}

  /** How many pieces would run at the same time: 1 on another device and within a piece. */
  public static int threads(Device device) {
    return device.isCpu() && beside() == 1 ? Torch.threads() : 1;
  }

  /**
   * How many pieces may be running where this is called, to divide memory for temporaries among
   * them; 1 outside of any.
   */
  public static int beside() {
    return BESIDE.get();
  }

  /**
   * Runs {@code piece} for 0, 1, … {@code pieces} − 1, the first of them first, and returns when
   * all are done. Pieces on another device than the CPU, and pieces of pieces, run one after
   * another.
   *
   * @param piece is called from several threads, once for each number
   * @throws RuntimeException the failure of the lowest failing number; pieces not begun by then are
   *     skipped
   */
  public static void run(int pieces, Device device, IntConsumer piece) {
    int threads = Math.min(pieces, threads(device));
    if (threads <= 1) {
      for (int i = 0; i < pieces; i++) {
        piece.accept(i);
      }
      return;
    }
    sideBySide(threads, pieces, piece);
  }

  /** On how many threads {@link #run} runs this many pieces. */
  public static int besides(int pieces, Device device) {
    return Math.max(1, Math.min(pieces, threads(device)));
  }

  /**
   * Runs a piece of a computation that is spread over processes, to the same bits as {@link #run}
   * in one process. Several may run at a time.
   *
   * @param beside what {@link #besides} gave for all pieces: above 1, this piece has one thread
   * @param threads that the one process has; a lone piece has them all
   */
  public static <T> T asPiece(int beside, int threads, Supplier<T> piece) {
    int before = beside();
    guest(beside > 1 ? 1 : threads);
    BESIDE.set(beside);
    torch.set_num_threads(beside > 1 ? 1 : threads);
    try (PointerScope scope = new PointerScope()) {
      return piece.get();
    } finally {
      torch.set_num_threads(threads);
      BESIDE.set(before);
      guestLeaves();
    }
  }

  /** The products' threads are set for the whole process, by the first piece until the last. */
  private static synchronized void guest(int blas) {
    if (guests++ == 0) {
      blasBefore = Torch.blasThreads();
    }
    Torch.blasThreads(blas);
  }

  private static synchronized void guestLeaves() {
    if (--guests == 0) {
      Torch.blasThreads(blasBefore);
    }
  }

  private static synchronized void sideBySide(int threads, int pieces, IntConsumer piece) {
    int all = Torch.threads();
    int blas = Torch.blasThreads();
    Torch.blasThreads(1);
    try {
      boolean gradients = GradMode.is_enabled();
      AtomicInteger next = new AtomicInteger();
      Failure failure = new Failure();
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        running.add(POOL.submit(() -> work(threads, next, pieces, gradients, failure, piece)));
      }
      running.forEach(Workers::await);
      failure.rethrow();
    } finally {
      Torch.blasThreads(blas);
      // A worker's 1 becomes the initial value for threads that are new to libtorch.
      torch.set_num_threads(all);
    }
  }

  private static void work(
      int threads,
      AtomicInteger next,
      int pieces,
      boolean gradients,
      Failure failure,
      IntConsumer piece) {
    BESIDE.set(threads);
    torch.set_num_threads(1);
    for (int i = next.getAndIncrement(); i < pieces && !failure.any(); i = next.getAndIncrement()) {
      try (PointerScope scope = new PointerScope();
          AutoGradMode mode = new AutoGradMode(gradients)) {
        piece.accept(i);
      } catch (RuntimeException | Error e) {
        failure.add(i, e);
      }
    }
  }

  private static void await(Future<?> work) {
    boolean interrupted = false;
    while (true) {
      try {
        work.get();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // the pieces hold the caller's tensors, so they must end first
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The failure of the lowest number so far. */
  private static final class Failure {
    private int number = Integer.MAX_VALUE;
    private @Nullable Throwable cause;

    synchronized void add(int piece, Throwable thrown) {
      if (piece < number) {
        number = piece;
        cause = thrown;
      }
    }

    synchronized boolean any() {
      return cause != null;
    }

    synchronized void rethrow() {
      if (cause instanceof Error error) {
        throw error;
      }
      if (cause instanceof RuntimeException exception) {
        throw exception;
      }
    }
  }
}
