package io.engram.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The network between the leader of a meeting and a worker, which can be parted: a proxy on the
 * loopback. The worker comes to {@link #port} in place of the meeting's. Addresses that the two
 * exchange through it are replaced by those of further proxies, so that the connections of Gloo,
 * too, go through here.
 *
 * <p>Of two workers, the one with the greater address connects to the other. Since ports are
 * replaced, the hosts must decide: {@link #LEADER} is the leader's, 127.0.0.1 the worker's.
 */
public final class PartedNetwork implements AutoCloseable {
  /** The leader's address. */
  public static final String LEADER = "127.0.0.3";

  /** A socket address 127.0.0.x as Linux has it in memory: family, port, host. */
  private static final int[] LOOPBACK = {2, 0, -1, -1, 127, 0, 0, -1};

  private final List<ServerSocket> servers = new ArrayList<>();
  private final List<Socket> sockets = new ArrayList<>();
  private final Map<Integer, Integer> proxies = new HashMap<>();
  private final int port;
  private volatile boolean isParted;
  private volatile boolean partsData;

  /**
   * Opens it before a port of this machine.
   *
   * @param meeting the port of the meeting
   */
  public PartedNetwork(int meeting) throws IOException {
    port = proxy("127.0.0.1", meeting, true);
  }

  /** The port in place of the meeting's. */
  public int port() {
    return port;
  }

  /** From now on nothing gets through, and nobody is told. */
  public void part() {
    isParted = true;
  }

  /** The meeting can be reached, but no worker reaches another: a firewall. */
  public void partWorkers() {
    partsData = true;
  }

  private synchronized int proxy(String host, int target, boolean isMeeting) throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName(host));
    servers.add(server);
    start(
        () -> {
          while (true) {
            Socket from = server.accept();
            Socket to = new Socket(host, target);
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            keep(from, to);
            start(() -> pass(from, to, isMeeting));
            start(() -> pass(to, from, isMeeting));
          }
        });
    return server.getLocalPort();
  }

  private synchronized void keep(Socket... more) {
    sockets.addAll(Arrays.asList(more));
  }

  private void pass(Socket from, Socket to, boolean isMeeting) throws IOException {
    UnaryOperator<byte[]> change = isMeeting ? this::redirected : UnaryOperator.identity();
    InputStream in = from.getInputStream();
    OutputStream out = to.getOutputStream();
    byte[] buffer = new byte[1 << 16];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      if (!isParted && (isMeeting || !partsData)) {
        out.write(change.apply(Arrays.copyOf(buffer, read)));
      }
    }
    if (!isParted) {
      to.shutdownOutput();
    }
  }

  /** An address comes in one piece: it is a short value of the store. */
  private byte[] redirected(byte[] bytes) {
    for (int i = 0; i + LOOPBACK.length <= bytes.length; i++) {
      if (isAddress(bytes, i)) {
        int port = (bytes[i + 2] & 0xff) << 8 | (bytes[i + 3] & 0xff);
        int proxy = proxyOf("127.0.0." + bytes[i + 7], port);
        bytes[i + 2] = (byte) (proxy >> 8);
        bytes[i + 3] = (byte) proxy;
      }
    }
    return bytes;
  }

  private static boolean isAddress(byte[] bytes, int from) {
    for (int i = 0; i < LOOPBACK.length; i++) {
      if (LOOPBACK[i] >= 0 && bytes[from + i] != LOOPBACK[i]) {
        return false;
      }
    }
    return true;
  }

  private synchronized int proxyOf(String host, int target) {
    return proxies.computeIfAbsent(
        target,
        to -> {
          try {
            return proxy(host, to, false);
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** Number of connections between workers that go through here. */
  public synchronized int connections() {
    return proxies.size();
  }

  /** A connection, as long as it lasts. */
  private interface Connection {
    void pass() throws IOException;
  }

  private static void start(Connection connection) {
    Thread thread =
        new Thread(
            () -> {
              try {
                connection.pass();
              } catch (IOException e) {
                // It was closed.
              }
            },
            "parted network");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public synchronized void close() throws IOException {
    for (ServerSocket server : servers) {
      server.close();
    }
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
