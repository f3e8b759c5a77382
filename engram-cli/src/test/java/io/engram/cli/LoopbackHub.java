package io.engram.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.engram.core.run.JsonFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/** A hub on the loopback interface whose only repository holds the files of a folder. */
public final class LoopbackHub implements AutoCloseable {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  private final HttpServer server;
  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final Map<String, byte[]> files = new TreeMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch goOn = new CountDownLatch(1);
  private volatile String held = "";

  /** Of the regular files right in this folder. */
  public LoopbackHub(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.setExecutor(workers);
    server.start();
  }

  /** For {@code HF_ENDPOINT}. */
  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The first answer for this file stops at its middle. */
  public void hold(String file) {
    held = file;
  }

  /** Sends the rest of it. */
  public void goOn() {
    goOn.countDown();
  }

  /** How this file was asked for: the Range header, or "all". */
  public List<String> requests(String file) {
    return requests.stream()
        .filter(request -> request.startsWith(file + " "))
        .map(request -> request.substring(file.length() + 1))
        .toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    try {
      if (path.endsWith("/revision/main")) {
        send(exchange, 200, JsonFiles.line(Map.of("sha", COMMIT)).getBytes(StandardCharsets.UTF_8));
      } else if (path.endsWith("/tree/" + COMMIT)) {
        send(exchange, 200, JsonFiles.line(listing()).getBytes(StandardCharsets.UTF_8));
      } else if (path.contains("/resolve/" + COMMIT + "/")) {
        file(exchange, path.substring(path.lastIndexOf('/') + 1));
      } else {
        exchange.getResponseHeaders().set("X-Error-Code", "RepoNotFound");
        exchange.sendResponseHeaders(404, -1);
      }
    } catch (IOException e) {
      // The command was stopped, as it should be.
    } finally {
      exchange.close();
    }
  }

  private void file(HttpExchange exchange, String name) throws IOException {
    byte[] bytes = files.getOrDefault(name, new byte[0]);
    String range = exchange.getRequestHeaders().getFirst("Range");
    requests.add(name + " " + (range == null ? "all" : range));
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes %d-%d/%d".formatted(from, bytes.length - 1, bytes.length));
    }
    if (name.equals(held)) {
      held = "";
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes, 0, bytes.length / 2);
      exchange.getResponseBody().flush();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      exchange.getResponseBody().write(bytes, bytes.length / 2, bytes.length - bytes.length / 2);
      return;
    }
    exchange.sendResponseHeaders(from > 0 ? 206 : 200, bytes.length - from);
    exchange.getResponseBody().write(bytes, from, bytes.length - from);
  }

  private static void send(HttpExchange exchange, int status, byte[] bytes) throws IOException {
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private List<Map<String, Object>> listing() {
    List<Map<String, Object>> listing = new ArrayList<>();
    files.forEach(
        (name, bytes) ->
            listing.add(
                Map.of(
                    "type",
                    "file",
                    "path",
                    name,
                    "size",
                    bytes.length,
                    "oid",
                    "0".repeat(40),
                    "lfs",
                    Map.of("oid", sha256(bytes), "size", bytes.length, "pointerSize", 130))));
    return listing;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    goOn.countDown();
    server.stop(0);
    workers.shutdownNow();
  }
}
