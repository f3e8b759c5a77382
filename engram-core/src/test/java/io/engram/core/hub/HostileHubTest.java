package io.engram.core.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.engram.core.EngramException;
import io.engram.testkit.hub.FakeHub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A hub that means harm: an error in bounded time, and nothing written outside the cache. */
final class HostileHubTest {
  @TempDir Path folder;
  private FakeHub hub;

  @BeforeEach
  void start() throws Exception {
    hub = new FakeHub("acme/bad", folder).model(new byte[100]);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tokenizer_config.json/../../../evil.json",
        "C:\\evil.json",
        "..\\evil.json",
        "a\u0000.json",
        "NUL.json",
        "con.json",
        "COM1.json",
        "evil .json\n.json",
        "a:b.json",
        " a.json",
        "\ud800.json",
        "aux.txt"
      })
  void pathsThatCantBeWrittenSafelyAreRefused(String path) {
    assertThatThrownBy(() -> Untrusted.path(path)).hasMessageContaining("can't be written");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/", "/etc/passwd", "..", "a/..", "a//b", "./a", "a/", "a/b.", ".git/x"})
  void moreOfThem(String path) {
    assertThatThrownBy(() -> Untrusted.path(path)).isInstanceOf(EngramException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"config.json", "1_Pooling/config.json", "données.json", "a b.json", "..a"})
  void namesOfRealFilesAreTaken(String path) {
    assertThat(Untrusted.path(path)).isEqualTo(path);
  }

  @Test
  void oneBadPathStopsAll() throws Exception {
    hub.list("1_x/../../../../../evil.safetensors", 3, "0".repeat(40), "0".repeat(64));
    hub.list("..\\evil.json", 3, "0".repeat(40), null);
    expect("can't be written safely");
    assertThat(folder.resolve("hf")).doesNotExist();
  }

  @Test
  void pathsThatArentTakenDontMatter() {
    hub.list("../../onnx/model.onnx", 3, "0".repeat(40), null);
    assertThat(ImpatientClient.fetch(hub)).exists();
  }

  @ParameterizedTest
  @CsvSource({"-1", "1e3", "1.5", "99999999999999999999", "4611686018427387904", "null", "\"3\""})
  void sizesThatAreNone(String size) {
    hub.always(
        hub.tree(),
        FakeHub.json(
            "[{\"type\":\"file\",\"path\":\"config.json\",\"oid\":\"%s\",\"size\":%s}]"
                .formatted("0".repeat(40), size)));
    expect("no usable size and hash");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "../../../../x", "0123", "zz"})
  void hashesThatAreNone(String hash) {
    hub.list("a.json", 3, hash, null);
    expect("no usable size and hash");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../..", "", "main", "0123456789ABCDEF0123456789ABCDEF01234567"})
  void commitsThatAreNone(String commit) {
    hub.always(hub.revision("main"), FakeHub.json("{\"sha\":\"" + commit + "\"}"));
    expect("names no commit");
  }

  @Test
  void pagesThatGoInACircle() {
    page(hub.tree() + "?recursive=true");
    expect("never ends");
    assertThat(hub.requests).hasSizeLessThan(5);
  }

  @Test
  void pagesWithoutEnd() {
    int[] number = {0};
    hub.always(
        hub.tree(),
        exchange -> {
          exchange
              .getResponseHeaders()
              .set("Link", "<" + hub.tree() + "?cursor=" + number[0]++ + ">; rel=\"next\"");
          FakeHub.json("[]").to(exchange);
        });
    expect("never ends");
    assertThat(number[0]).isLessThan(300);
  }

  @Test
  void pagesAreFollowed() {
    byte[] second = "x".getBytes(StandardCharsets.UTF_8);
    hub.once(
        hub.tree(),
        exchange -> {
          exchange
              .getResponseHeaders()
              .set("Link", "<" + hub.address() + hub.tree() + "?cursor=b>; rel=\"next\"");
          FakeHub.json(
                  "[{\"type\":\"directory\",\"path\":\"onnx\"},{\"type\":\"file\",\"path\":\"x.json\","
                      + "\"oid\":\"%s\",\"size\":1}]".formatted(FakeHub.sha1(second)))
              .to(exchange);
        });
    hub.always(hub.resolve("x.json"), FakeHub.whole(second));
    assertThat(ImpatientClient.fetch(hub).resolve("x.json")).hasContent("x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"file:///etc/passwd", "ftp://x/y", "http://", "http://u:p@127.0.0.1/", "::"})
  void addressesThatAreNotFollowed(String address) {
    hub.always(hub.tree(), FakeHub.redirect(302, address));
    expect("redirects to", "not followed");
    if (!address.equals("::")) {
      page(address);
      expect("next page", "isn't an address");
    }
  }

  private void page(String next) {
    hub.always(
        hub.tree(),
        exchange -> {
          exchange.getResponseHeaders().set("Link", "<" + next + ">; rel=\"next\"");
          FakeHub.json("[]").to(exchange);
        });
  }

  @Test
  void redirectsInACircle() {
    hub.always(hub.tree(), FakeHub.redirect(307, hub.tree()));
    expect("redirects more than 10 times");
    assertThat(hub.requests).hasSizeLessThan(15);
  }

  @Test
  void deepJson() {
    hub.always(hub.tree(), FakeHub.json("[".repeat(1_000_000)));
    expect("doesn't answer as a hub does");
  }

  @Test
  void anAnswerWithoutEnd() {
    byte[] blanks = " ".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
    hub.always(
        hub.tree(),
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          while (true) {
            exchange.getResponseBody().write(blanks);
          }
        });
    expect("more than 33.6 MB");
  }

  @Test
  void compressedBytesAreNotUnpacked() {
    FakeHub.Answer bomb =
        exchange -> {
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          exchange.sendResponseHeaders(200, 0);
          try (GZIPOutputStream out = new GZIPOutputStream(exchange.getResponseBody())) {
            out.write(new byte[1 << 20]);
          }
        };
    hub.always(hub.resolve("config.json"), bomb);
    expect("compressed bytes (gzip)");
    hub.always(hub.tree(), bomb);
    expect("compressed bytes (gzip)");
  }

  @Test
  void tooManyFiles() {
    StringBuilder listing = new StringBuilder("[");
    for (int i = 0; i < 50_001; i++) {
      listing.append(
          "{\"type\":\"file\",\"path\":\"%d.json\",\"oid\":\"%s\",\"size\":1},"
              .formatted(i, "0".repeat(40)));
    }
    hub.always(hub.tree(), FakeHub.json(listing + "{}]"));
    expect("more than 50000 files");
  }

  @Test
  void aFileListedTwice() {
    hub.list("config.json", 3, "0".repeat(40), null);
    expect("lists \"config.json\" twice");
  }

  @Test
  void itsWordsDontReachTheTerminalAsTheyAre() {
    hub.always(
        hub.tree(),
        exchange -> {
          exchange.getResponseHeaders().set("X-Error-Message", "a\u009b2Jb".repeat(200));
          exchange.sendResponseHeaders(418, -1);
        });
    assertThatThrownBy(() -> ImpatientClient.fetch(hub))
        .message()
        .contains("status 418")
        .doesNotContain("\u009b")
        .hasSizeLessThan(400);
  }

  @Test
  void moreThanTheDiskHolds() {
    hub.list("model-00001-of-00001.gguf", 1L << 46, "0".repeat(40), "0".repeat(64));
    hub.list("x.safetensors", 1L << 46, "0".repeat(40), "0".repeat(64));
    Hub client = ImpatientClient.of(hub);
    assertThatThrownBy(() -> client.plan(HubName.parse("acme/bad"), List.of("*.gguf"), null))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(4))
        .hasMessageContaining("70.4 TB are needed")
        .hasMessageContaining("HF_HOME");
  }

  @Test
  void aLinkInTheCacheIsNotFollowedOut() throws Exception {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.writeString(elsewhere.resolve("mine"), "mine");
    Path beside =
        folder.resolve("hf/hub/models--acme--bad/" + FakeHub.COMMIT + ".engram.incomplete");
    Files.createDirectories(beside);
    Files.createSymbolicLink(beside.resolve("link"), elsewhere);
    ImpatientClient.fetch(hub);
    assertThat(elsewhere.resolve("mine")).hasContent("mine");
  }

  private void expect(String... words) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () ->
            assertThatThrownBy(() -> ImpatientClient.fetch(hub))
                .isInstanceOf(EngramException.class)
                .message()
                .contains(words));
  }
}
