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
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String HERE = "here";

  private final int size;
  private final TCPStore store;
  private boolean isClosed;

  private Meeting(int size, TCPStore store) {
    this.size = size;
    this.store = store;
  }

  /**
   * Opens it on a free port of this machine.
   *
   * @param size number of workers, the leader among them, at least 2
   */
  public static Meeting open(int size) {
    Torch.load();
    return new Meeting(size, store("localhost", 0, true));
  }

  private static TCPStore store(String host, int port, boolean serves) {
    try (PointerScope scope = new PointerScope()) {
      TCPStoreOptions options = new TCPStoreOptions();
      options
          .port((short) port)
          .isServer(serves)
          .waitWorkers(false)
          .timeout(new Milliseconds(PATIENCE.toMillis()));
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
    isClosed = true;
    return WorkerGroup.of(store, 0, size, address, sharesState);
  }

  /**
   * Joins the group of a meeting.
   *
   * @param leader the leader's address
   * @param port of the meeting
   * @param rank of this worker, from 1
   * @param size number of workers
   * @param sharesState see {@link WorkerGroup#join}
   * @throws WorkerGroup.Lost if the leader can't be reached
   */
  public static WorkerGroup join(String leader, int port, int rank, int size, boolean sharesState) {
    Torch.load();
    String own;
    TCPStore store;
    try {
      own = ownAddress(leader, port);
      store = store(leader, port, false);
    } catch (IOException | RuntimeException e) {
      throw new WorkerGroup.Lost(
          rank,
          size,
          new IllegalStateException("%s:%d: %s".formatted(leader, port, e.getMessage()), e));
    }
    store.add(HERE, 1);
    return WorkerGroup.of(store, rank, size, own, sharesState);
  }

  /** This machine's address on the way to the leader. */
  private static String ownAddress(String leader, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(leader, port), Math.toIntExact(PATIENCE.toMillis()));
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
