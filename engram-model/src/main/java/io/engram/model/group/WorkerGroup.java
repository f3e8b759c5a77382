package io.engram.model.group;

import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Torch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.jspecify.annotations.Nullable;

/**
 * Processes that carry out the same run, each computing a part of every update. Worker 0 leads: it
 * alone writes files and evaluates. All make the same calls in the same order; each call returns
 * the same bytes to all of them, so their weights stay equal bit for bit.
 *
 * <p>Sums are c10d's all-reduce over Gloo. On one machine a ring of n workers sends 2 (n − 1)/n
 * bytes for each byte summed, from each worker. The order of the terms depends on n, so results of
 * different n agree to rounding only.
 *
 * <p>Close it after everything that uses it.
 */
public final class WorkerGroup implements AutoCloseable {
  /** A process by itself: what is summed stays as it is. */
  public static final WorkerGroup ALONE = new WorkerGroup(0, 1, false, null, null, null);

  /** Worker 0 may evaluate for a long time between two updates. A lost worker is seen at once. */
  private static final long TIMEOUT_MILLIS = 24L * 3600 * 1000;

  /** How often Gloo tries to connect, each time as long as its options say. */
  private static final int CONNECTION_TRIES = 5;

  private final int rank;
  private final int size;
  private final boolean sharesState;
  private final @Nullable Store store;
  private final @Nullable ProcessGroupGloo gloo;

  /** Null: all are on this machine, and a process that ends closes its connections. */
  private final @Nullable Pulse pulse;

  private int announced;
  private boolean isClosed;

  /** What the others couldn't be reached for. */
  private @Nullable Lost lost;

  private WorkerGroup(
      int rank,
      int size,
      boolean sharesState,
      @Nullable Store store,
      @Nullable ProcessGroupGloo gloo,
      @Nullable Pulse pulse) {
    this.rank = rank;
    this.size = size;
    this.sharesState = sharesState;
    this.store = store;
    this.gloo = gloo;
    this.pulse = pulse;
  }

  /**
   * Joins the other workers on this machine, and waits for them; each keeps the whole state of the
   * optimizer.
   *
   * @see #join(Path, int, int, boolean)
   * @see Meeting for workers on several machines
   */
  public static WorkerGroup join(Path rendezvous, int rank, int size) {
    return join(rendezvous, rank, size, false);
  }

  /**
   * Joins the other workers on this machine, and waits for them.
   *
   * @param rendezvous a file that doesn't exist yet, the same for all workers
   * @param rank of this worker, from 0
   * @param size number of workers, at least 2
   * @param sharesState whether each keeps the optimizer's state of a part of the weights alone,
   *     updates that part and sends it to the others (ZeRO-1, Rajbhandari et al. 2020). The result
   *     is the same; memory is saved, and a worker's part is lost with it
   * @throws Lost if the others can't be reached
   */
  public static WorkerGroup join(Path rendezvous, int rank, int size, boolean sharesState) {
    Torch.load();
    FileStore store = new FileStore(rendezvous.toString(), size);
    store.retainReference();
    return of(store, rank, size, "127.0.0.1", sharesState, Duration.ofMillis(TIMEOUT_MILLIS), null);
  }

  /**
   * Connects to the others that share a store.
   *
   * @param store retained once; the group's from now on
   * @param address of this machine, as the others reach it
   * @param patience how long to wait for the others
   * @param pulse not started yet; the group's from now on; null: none is needed
   * @throws Lost if the others can't be reached
   */
  static WorkerGroup of(
      Store store,
      int rank,
      int size,
      String address,
      boolean sharesState,
      Duration patience,
      @Nullable Pulse pulse) {
    try (PointerScope scope = new PointerScope()) {
      Milliseconds aDay = new Milliseconds(TIMEOUT_MILLIS);
      store.setTimeout(new Milliseconds(patience.toMillis()));
      ProcessGroupGloo.Options options =
          ProcessGroupGloo.Options.create(new Milliseconds(patience.toMillis() / CONNECTION_TRIES));
      GlooDeviceVector devices = options.devices();
      devices.push_back(ProcessGroupGloo.createDeviceForHostname(address));
      ProcessGroupGloo gloo =
          NativeOutput.silenced(() -> new ProcessGroupGloo(store, rank, size, options));
      gloo.setTimeout(new Milliseconds(patience.toMillis()));
      awaitAll(gloo);
      gloo.setTimeout(aDay);
      store.setTimeout(aDay);
      gloo.retainReference();
      if (pulse != null) {
        pulse.start();
      }
      return new WorkerGroup(rank, size, sharesState, store, gloo, pulse);
    } catch (RuntimeException e) {
      store.releaseReference();
      if (pulse != null) {
        pulse.close();
      }
      throw new Lost(rank, size, e);
    }
  }

  /**
   * Gloo returns to a worker once it is connected itself. If that one left at once, those still
   * connecting would fail.
   */
  private static void awaitAll(ProcessGroupGloo gloo) {
    gloo.allreduce(new TensorVector(Tensors.ofDoubles(new double[] {1}, Device.CPU)))._wait();
  }

  /** Thrown when a worker can't reach the others: one has ended, or is ending. */
  public static final class Lost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Lost(int rank, int size, RuntimeException cause) {
      super(
          "Worker %d of %d can't reach the others any more: %s"
              .formatted(
                  rank + 1,
                  size,
                  String.valueOf(cause.getMessage())
                      .lines()
                      .findFirst()
                      .orElse("")
                      .replaceFirst("^\\[[^\\]]*\\] ", "")),
          cause);
    }
  }

  /** Number of workers. */
  public int size() {
    return size;
  }

  /** Workers whose memory is this machine's: those of several machines have their own. */
  public int together() {
    return pulse == null ? size : 1;
  }

  /** Whether this worker writes the files. */
  public boolean leads() {
    return rank == 0;
  }

  /** This worker's number, from 0. */
  public int rank() {
    return rank;
  }

  /** Whether each worker keeps a part of the optimizer's state alone. */
  public boolean sharesState() {
    return sharesState;
  }

  /** Whether the others couldn't be reached any more. */
  public boolean isLost() {
    return lost != null;
  }

  /** Whether there is only this process. */
  public boolean isAlone() {
    return size == 1;
  }

  /**
   * Replaces each tensor by its sum over all workers.
   *
   * @throws Lost if a worker has ended
   */
  public void sum(List<Tensor> tensors) {
    Sums sums = new Sums();
    sums.begin(tensors);
    sums.await();
  }

  /**
   * Sums that are computed in the background. All workers begin the same sums in the same order;
   * until they are awaited, nobody may touch the tensors.
   */
  public final class Sums {
    private final List<Begun> all = new ArrayList<>();

    /** Begins to replace each tensor by its sum over all workers. */
    public void begin(List<Tensor> tensors) {
      ProcessGroupGloo group = gloo;
      if (group == null) {
        return;
      }
      try (PointerScope scope = new PointerScope()) {
        for (Tensor tensor : tensors) {
          all.add(begun(group.allreduce(new TensorVector(tensor)), tensor));
        }
      } catch (RuntimeException e) {
        throw lost(e);
      }
    }

    /**
     * Waits until all that were begun are complete.
     *
     * @throws Lost if a worker has ended
     */
    public void await() {
      awaitAll(all);
    }
  }

  /**
   * Something that all workers do together.
   *
   * @param work retained once
   * @param watch null: without a pulse
   */
  private record Begun(Work work, Pulse.@Nullable Watch watch) {}

  private Begun begun(Work work, Tensor tensor) {
    work.retainReference();
    return new Begun(work, pulse == null ? null : pulse.new Watch(pulse.begin(), tensor.nbytes()));
  }

  private void awaitAll(List<Begun> all) {
    try (PointerScope scope = new PointerScope()) {
      all.forEach(this::await);
    } catch (RuntimeException e) {
      throw lost(e);
    } finally {
      all.forEach(begun -> begun.work().releaseReference());
      all.clear();
    }
  }

  private void await(Begun begun) {
    if (lost != null) {
      throw lost;
    }
    Work work = begun.work();
    if (pulse == null || begun.watch() == null) {
      work._wait();
      return;
    }
    Milliseconds beat = new Milliseconds(pulse.beatMillis());
    while (true) {
      try {
        work._wait(beat);
        return;
      } catch (RuntimeException e) {
        if (work.isCompleted()) {
          throw e;
        }
        begun.watch().beat();
      }
    }
  }

  private Lost lost(RuntimeException cause) {
    lost = cause instanceof Lost already ? already : new Lost(rank, size, cause);
    return lost;
  }

  /** Sums to be begun. */
  public Sums sums() {
    return new Sums();
  }

  /**
   * The sums of these numbers over all workers.
   *
   * @throws Lost if a worker has ended
   */
  public double[] sum(double[] values) {
    if (gloo == null || values.length == 0) {
      return values;
    }
    try (PointerScope scope = new PointerScope()) {
      Tensor tensor = Tensors.ofDoubles(values, Device.CPU);
      sum(List.of(tensor));
      return Tensors.toDoubles(tensor);
    }
  }

  /**
   * Sends each tensor from its owner to all others.
   *
   * @param owner number of the worker that has it
   * @throws Lost if a worker has ended
   */
  public void broadcast(List<Tensor> tensors, int[] owner) {
    ProcessGroupGloo group = gloo;
    if (group == null) {
      return;
    }
    List<Begun> all = new ArrayList<>();
    try (PointerScope scope = new PointerScope()) {
      for (int i = 0; i < owner.length; i++) {
        BroadcastOptions options = new BroadcastOptions().rootRank(owner[i]);
        Tensor tensor = tensors.get(i);
        all.add(begun(group.broadcast(new TensorVector(tensor), options), tensor));
      }
    } catch (RuntimeException e) {
      throw lost(e);
    }
    awaitAll(all);
  }

  /** Whether any worker says so. */
  public boolean any(boolean own) {
    return gloo == null ? own : sum(new double[] {own ? 1 : 0})[0] > 0;
  }

  /**
   * Which pieces of work are this worker's: the largest first, each to the worker that has least.
   *
   * @param sizes of the pieces
   * @return indices, ascending; all of them for a process by itself
   */
  public int[] share(int[] sizes) {
    int[] owner = owners(sizes, size);
    return IntStream.range(0, sizes.length).filter(i -> owner[i] == rank).toArray();
  }

  /** The worker of each piece, as {@link #share} divides them. */
  public int[] owners(int[] sizes) {
    return owners(sizes, size);
  }

  static int[] owners(int[] sizes, int workers) {
    long[] load = new long[workers];
    int[] owner = new int[sizes.length];
    IntStream.range(0, sizes.length)
        .boxed()
        .sorted(Comparator.comparingInt(i -> -sizes[i]))
        .forEach(
            i -> {
              int least = 0;
              for (int w = 1; w < workers; w++) {
                least = load[w] < load[least] ? w : least;
              }
              owner[i] = least;
              load[least] += sizes[i];
            });
    return owner;
  }

  /** Tells the other workers something; they get it under the same name. */
  public void tell(String name, String text) {
    if (store != null) {
      store.set(name, text);
    }
  }

  /**
   * Waits until the leader has told something under this name.
   *
   * @throws Lost if it ends without
   */
  public String told(String name) {
    if (store == null) {
      throw new IllegalStateException("a process by itself is told nothing");
    }
    try {
      return pulse == null ? store.get_to_str(name) : toldInTime(store, pulse, name);
    } catch (RuntimeException e) {
      throw lost(e);
    }
  }

  /** The native call blocks if the leader doesn't answer, so another thread makes it. */
  private static String toldInTime(Store store, Pulse pulse, String name) {
    CompletableFuture<String> told = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                told.complete(store.get_to_str(name));
              } catch (RuntimeException e) {
                told.completeExceptionally(e);
              }
            },
            "told");
    reader.setDaemon(true);
    reader.start();
    Pulse.Watch watch = pulse.new Watch(Long.MAX_VALUE, 0);
    while (true) {
      try {
        return told.get(pulse.beatMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        watch.beat();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** Tells the other workers what comes next: each announcement reaches each of them once. */
  public void announce(String text) {
    tell("announced " + announced++, text);
  }

  /**
   * Waits for the leader's next announcement.
   *
   * @throws Lost if it ends without
   */
  public String awaitAnnouncement() {
    return told("announced " + announced++);
  }

  /**
   * Leaves the group; what was joined once is left once. Native threads that still wait for a
   * worker that has fallen silent keep their connections: to free those would wait for them.
   */
  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    if (pulse != null) {
      pulse.close();
    }
    if (lost != null && lost.getCause() instanceof Pulse.Silence) {
      return;
    }
    if (gloo != null) {
      gloo.releaseReference();
    }
    if (store != null) {
      store.releaseReference();
    }
  }

  @Override
  public String toString() {
    return "worker %d of %d".formatted(rank + 1, size);
  }
}
