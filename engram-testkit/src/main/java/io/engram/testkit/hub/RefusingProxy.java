package io.engram.testkit.hub;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy on the loopback interface that lets nobody through and keeps what it was told. */
public final class RefusingProxy implements AutoCloseable {
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());

  /** Listens. */
  public RefusingProxy() throws IOException {
    Thread thread = new Thread(this::serve);
    thread.setDaemon(true);
    thread.start();
  }

  /** Where it listens. */
  public int port() {
    return server.getLocalPort();
  }

  /** All lines of all requests. */
  public List<String> heard() {
    return heard;
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
          heard.add(line);
        }
        String refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
        socket.getOutputStream().write(refusal.getBytes(StandardCharsets.ISO_8859_1));
      } catch (IOException e) {
        // The next one, or the end.
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
