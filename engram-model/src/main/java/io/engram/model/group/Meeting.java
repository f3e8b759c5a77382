package io.engram.model.group;

import io.engram.model.tensor.Torch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;

/**
 * Where the workers of a group find each other across machines: a port of the leader's. Neither it
 * nor the group's own connections are encrypted or ask who connects, so all belong in a network
 * that is trusted.
 */
public final class Meeting implements AutoCloseable {
  /** A worker that can't be reached for so long is lost. */
  public static final Duration PATIENCE = Duration.ofSeconds(40);

  private static final String HERE = "here";
  private static final String SELF = "localhost";

  private final int size;
  private final Duration patience;
  private final TCPStore store;
  private boolean isClosed;

  private Meeting(int size, Duration patience, TCPStore store) {
    this.size = size;
    this.patience = patience;
    this.store = store;
  }

  /**
   * Opens it on a free port of this machine.
   *
   * @param size number of workers, the leader among them, at least 2
   * @param patience how long a worker may not be reached before it is lost
   */
  public static Meeting open(int size, Duration patience) {
    Torch.load();
    return new Meeting(size, patience, store(SELF, 0, true, patience));
  }

  private static TCPStore store(String host, int port, boolean serves, Duration patience) {
    try (PointerScope scope = new PointerScope()) {
      TCPStoreOptions options = new TCPStoreOptions();
      options
          .port((short) port)
          .isServer(serves)
          .waitWorkers(false)
          .timeout(new Milliseconds(patience.toMillis()));
      TCPStore store = new TCPStore(host, options);
      store.retainReference();
      return store;
    }
  }

  /** The port that the others come to. */
  public int port() {
    return Short.toUnsignedInt(store.getPort());
  }

  /**
   * Waits until the others have come, and leads them.
   *
   * @param address of this machine, as the others reach it
   * @param sharesState see {@link WorkerGroup#join}
   * @param check called several times a second; throws if they won't come
   */
  public WorkerGroup lead(String address, boolean sharesState, Runnable check) {
    awaitAll(store, size, check);
    isClosed = true;
    Pulse pulse = new Pulse(store(SELF, port(), false, patience), 0, size, patience);
    return WorkerGroup.of(store, 0, size, address, sharesState, patience, pulse);
  }

  /** From here on, all are there, and patience counts. */
  private static void awaitAll(TCPStore store, int size, Runnable check) {
    store.add(HERE, 1);
    while (store.add(HERE, 0) < size) {
      check.run();
      try {
        TimeUnit.MILLISECONDS.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /**
   * Joins the group of a meeting.
   *
   * @param leader the leader's address
   * @param port of the meeting
   * @param rank of this worker, from 1
   * @param size number of workers
   * @param sharesState see {@link WorkerGroup#join}
   * @param patience as of the leader
   * @throws WorkerGroup.Lost if the leader can't be reached
   */
  public static WorkerGroup join(
      String leader, int port, int rank, int size, boolean sharesState, Duration patience) {
    Torch.load();
    String own;
    TCPStore store;
    Pulse pulse;
    try {
      own = ownAddress(leader, port, patience);
      store = store(leader, port, false, patience);
      pulse = new Pulse(store(leader, port, false, patience), rank, size, patience);
      awaitAll(store, size, () -> {});
    } catch (IOException | RuntimeException e) {
      throw new WorkerGroup.Lost(
          rank,
          size,
          new IllegalStateException("%s:%d: %s".formatted(leader, port, e.getMessage()), e));
    }
    return WorkerGroup.of(store, rank, size, own, sharesState, patience, pulse);
  }

  /** This machine's address on the way to the leader. */
  private static String ownAddress(String leader, int port, Duration patience) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(leader, port), Math.toIntExact(patience.toMillis()));
      return socket.getLocalAddress().getHostAddress();
    }
  }

  /** Gives the port up, unless the group has it. */
  @Override
  public void close() {
    if (!isClosed) {
      isClosed = true;
      store.releaseReference();
    }
  }
}
