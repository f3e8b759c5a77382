package io.engram.core.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.Trees;
import io.engram.testkit.fuzz.ByteMutator;
import io.engram.testkit.fuzz.Fuzz;
import io.engram.testkit.fuzz.JsonMutator;
import io.engram.testkit.hub.FakeHub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub whose answers are hostile. */
class HubFuzzTest {
  private static final byte[] SMALL = "{\"model_type\":\"llama\"}".getBytes(StandardCharsets.UTF_8);

  private static final String LISTING =
      """
        [{"type": "file", "path": "config.json", "oid": "%s", "size": %d},
         {"type": "directory", "path": "x", "oid": "%s", "size": 0},
         {"type": "file", "path": "model.safetensors", "oid": "%s", "size": 100,
          "lfs": {"oid": "%s", "size": 100, "pointerSize": 134}}]
        """
          .formatted(
              FakeHub.sha1(SMALL),
              SMALL.length,
              "0".repeat(40),
              "0".repeat(40),
              FakeHub.sha256(new byte[100]));

  @TempDir Path folder;
  private FakeHub hub;

  @BeforeEach
  void start() throws Exception {
    hub = new FakeHub("acme/bad", folder).model(new byte[100]);
  }

  /** Nothing beside the cache. */
  @AfterEach
  void stop() throws Exception {
    hub.close();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.filter(f -> !f.endsWith("hf"))).isEmpty();
    }
  }

  @Test
  void listings() throws Exception {
    fuzz("hub list of files", hub.tree(), LISTING);
  }

  @Test
  void revisions() throws Exception {
    String valid = "{\"id\": \"acme/bad\", \"sha\": \"" + FakeHub.COMMIT + "\"}";
    fuzz("hub revision", hub.revision("main"), valid);
  }

  /** What follows a large file's address: where it is, how long, and what it is. */
  @Test
  void headers() throws Exception {
    String valid = "Link: </api/x>; rel=\"prev\"\nETag: \"0123\"\nX-Error-Code: a\nRetry-After: 0";
    Fuzz.run(
        "hub headers",
        0.1,
        valid.getBytes(StandardCharsets.UTF_8),
        new ByteMutator(valid.getBytes(StandardCharsets.UTF_8), valid.length()),
        bytes -> {
          String[] lines = new String(bytes, StandardCharsets.ISO_8859_1).split("\n");
          hub.always(
              hub.tree(),
              exchange -> {
                set(exchange.getResponseHeaders(), lines);
                FakeHub.json(LISTING).to(exchange);
              });
          fetch();
        });
  }

  @Test
  void redirects() throws Exception {
    byte[] valid =
        ("/cdn/config.json?" + "signature=0123456789&".repeat(8)).getBytes(StandardCharsets.UTF_8);
    hub.always("/cdn/config.json", FakeHub.ranged(SMALL));
    Fuzz.run(
        "hub redirects",
        0.1,
        valid,
        new ByteMutator(valid, valid.length),
        bytes -> {
          String to = new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("[\r\n]", " ");
          hub.always(hub.resolve("config.json"), FakeHub.redirect(302, to));
          fetch();
        });
  }

  private static void set(com.sun.net.httpserver.Headers headers, String... lines) {
    for (String line : lines) {
      String[] parts = line.split(": ", 2);
      if (parts.length == 2 && parts[0].matches("[A-Za-z-]+")) {
        headers.set(parts[0], parts[1].replaceAll("[\r\n]", " "));
      }
    }
  }

  private void fuzz(String what, String address, String valid) throws Exception {
    Fuzz.run(
        what,
        0.1,
        valid.getBytes(StandardCharsets.UTF_8),
        new JsonMutator(valid),
        bytes -> {
          hub.always(address, FakeHub.ranged(bytes));
          fetch();
        });
  }

  private void fetch() throws Exception {
    Trees.delete(folder.resolve("hf"));
    ImpatientClient.fetch(hub);
  }
}
