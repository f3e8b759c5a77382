package io.engram.testkit.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** A hub of one repository on the loopback interface, which can be told to misbehave. */
public final class FakeHub implements AutoCloseable {
  /** The commit that {@code main} is. */
  public static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** What was asked. */
  public record Request(String host, String path, @Nullable String range, @Nullable String user) {}

  /** An answer. */
  public interface Answer {
    /** Sends it. */
    void to(HttpExchange exchange) throws IOException;
  }

  private final String id;

  /** What was asked, in this order. */
  public final List<Request> requests = new CopyOnWriteArrayList<>();

  /** The environment variables of a client that asks here; a test may change them. */
  public final Map<String, String> environment = new HashMap<>();

  private final HttpServer server;
  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final List<Map<String, Object>> listing = new ArrayList<>();
  private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
  private final Map<String, Answer> always = new ConcurrentHashMap<>();

  static {
    // Else every answer takes 40 ms longer: its head and its body wait for one another.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  /** Serves the repository {@code id} to clients whose cache is below {@code home}. */
  public FakeHub(String id, Path home) throws IOException {
    this.id = id;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.setExecutor(workers);
    server.start();
    environment.put("HF_ENDPOINT", address());
    environment.put("HF_HOME", home.resolve("hf").toString());
    environment.put("NO_PROXY", "*");
  }

  /** The repository as a user names it. */
  public String name() {
    return "hf:" + id;
  }

  /** For {@code HF_ENDPOINT}. */
  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Adds a file that git keeps. */
  public FakeHub small(String path, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    list(path, bytes.length, sha1(bytes), null);
    files.put(path, bytes);
    return this;
  }

  /** Adds a file that LFS keeps. */
  public FakeHub large(String path, byte[] bytes) {
    list(path, bytes.length, "0".repeat(40), sha256(bytes));
    files.put(path, bytes);
    return this;
  }

  /** Adds the files right in a folder, each as LFS keeps it. */
  public FakeHub folder(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
        large(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return this;
  }

  /** The files of a small model, weights among them. */
  public FakeHub model(byte[] weights) {
    return small("config.json", "{\"model_type\":\"llama\"}")
        .small("tokenizer.json", "{}")
        .small("README.md", "# A model\n")
        .large("model.safetensors", weights);
  }

  /** Adds an entry of the listing, which may be a lie. */
  public void list(String path, Object size, String sha1, @Nullable String sha256) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("type", "file");
    entry.put("oid", sha1);
    entry.put("size", size);
    entry.put("path", path);
    if (sha256 != null) {
      entry.put("lfs", Map.of("oid", sha256, "size", size, "pointerSize", 134));
    }
    listing.add(entry);
  }

  /** The next answer for a file or an address; then the one after that, and so on. */
  public FakeHub once(String path, Answer answer) {
    answers.computeIfAbsent(path, unused -> new ArrayDeque<>()).add(answer);
    return this;
  }

  /** Every answer for a file or an address. */
  public FakeHub always(String path, Answer answer) {
    always.put(path, answer);
    return this;
  }

  /** The address of a file. */
  public String resolve(String path) {
    return "/" + id + "/resolve/" + COMMIT + "/" + path;
  }

  /** The address that says which commit a revision is. */
  public String revision(String revision) {
    return "/api/models/" + id + "/revision/" + revision;
  }

  /** The address of the listing. */
  public String tree() {
    return "/api/models/" + id + "/tree/" + COMMIT;
  }

  /** What was asked of a file. */
  public List<Request> of(String file) {
    return requests.stream().filter(request -> request.path().equals(resolve(file))).toList();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.add(
        new Request(
            String.valueOf(exchange.getRequestHeaders().getFirst("Host")),
            path,
            exchange.getRequestHeaders().getFirst("Range"),
            exchange.getRequestHeaders().getFirst("Authorization")));
    try {
      answer(path).to(exchange);
    } catch (IOException e) {
      // The client went away, which some tests want.
    } finally {
      exchange.close();
    }
  }

  private Answer answer(String path) {
    Deque<Answer> queue = answers.get(path);
    Answer next = queue == null ? null : queue.poll();
    if (next != null) {
      return next;
    }
    Answer fixed = always.get(path);
    if (fixed != null) {
      return fixed;
    }
    String below = "/resolve/" + COMMIT + "/";
    int at = path.indexOf(below);
    byte[] bytes = at < 0 ? null : files.get(path.substring(at + below.length()));
    if (bytes != null) {
      return ranged(bytes);
    }
    if (path.startsWith("/api/") && path.endsWith("/revision/main")) {
      return json("{\"id\":\"" + id + "\",\"sha\":\"" + COMMIT + "\"}");
    }
    if (path.startsWith("/api/") && path.endsWith("/tree/" + COMMIT)) {
      return json(JsonMapper.shared().writeValueAsString(listing));
    }
    return refusal(404, "EntryNotFound");
  }

  /** A JSON text. */
  public static Answer json(String text) {
    return ranged(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A status and the hub's code for the reason. */
  public static Answer refusal(int status, String code) {
    return exchange -> {
      exchange.getResponseHeaders().set("X-Error-Code", code);
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /** A redirection. */
  public static Answer redirect(int status, String to) {
    return exchange -> {
      exchange.getResponseHeaders().set("Location", to);
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /** A status with the time to wait. */
  public static Answer busy(int status, String retryAfter) {
    return exchange -> {
      exchange.getResponseHeaders().set("Retry-After", retryAfter);
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /** As a good server does, with ranges. */
  public static Answer ranged(byte[] bytes) {
    return exchange -> {
      String range = exchange.getRequestHeaders().getFirst("Range");
      int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
      if (from > 0) {
        exchange
            .getResponseHeaders()
            .set("Content-Range", "bytes %d-%d/%d".formatted(from, bytes.length - 1, bytes.length));
      }
      exchange.getResponseHeaders().set("ETag", "\"" + sha256(bytes) + "\"");
      send(exchange, from > 0 ? 206 : 200, bytes.length - from, bytes, from, bytes.length);
    };
  }

  /** Announces the rest and breaks off at byte {@code until}. */
  public static Answer broken(byte[] bytes, int until) {
    return exchange -> {
      String range = exchange.getRequestHeaders().getFirst("Range");
      int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
      if (from > 0) {
        exchange
            .getResponseHeaders()
            .set("Content-Range", "bytes %d-%d/%d".formatted(from, bytes.length - 1, bytes.length));
      }
      send(exchange, from > 0 ? 206 : 200, bytes.length - from, bytes, from, Math.max(from, until));
    };
  }

  /** Sends the first half, and the other once the latch is open. */
  public static Answer held(byte[] bytes, CountDownLatch latch) {
    return exchange -> {
      int half = bytes.length / 2;
      send(exchange, 200, bytes.length, bytes, 0, half);
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      exchange.getResponseBody().write(bytes, half, bytes.length - half);
    };
  }

  /** Takes no notice of a range. */
  public static Answer whole(byte[] bytes) {
    return exchange -> send(exchange, 200, bytes.length, bytes, 0, bytes.length);
  }

  /** Sends a part of the bytes, whatever length is announced. */
  public static void send(
      HttpExchange exchange, int status, long announced, byte[] bytes, int from, int to)
      throws IOException {
    exchange.sendResponseHeaders(status, announced == 0 ? -1 : announced);
    exchange.getResponseBody().write(bytes, from, to - from);
    exchange.getResponseBody().flush();
  }

  /** Random bytes. */
  public static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** The bytes with one bit turned. */
  public static byte[] changed(byte[] bytes) {
    byte[] other = Arrays.copyOf(bytes, bytes.length);
    other[bytes.length / 2] ^= 1;
    return other;
  }

  /** As LFS names a file. */
  public static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(digest("SHA-256").digest(bytes));
  }

  /** As git names a file. */
  public static String sha1(byte[] bytes) {
    MessageDigest digest = digest("SHA-1");
    digest.update(("blob " + bytes.length + "\0").getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest.digest(bytes));
  }

  private static MessageDigest digest(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow();
  }
}
