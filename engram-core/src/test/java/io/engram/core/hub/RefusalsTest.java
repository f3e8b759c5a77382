package io.engram.core.hub;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.testkit.hub.FakeHub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said where a hub refuses, or isn't there. */
final class RefusalsTest {
  @TempDir Path folder;
  private FakeHub hub;

  @BeforeEach
  void start() throws Exception {
    hub = new FakeHub("acme/tiny", folder).model(new byte[10]);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void gated(int status) {
    hub.always(hub.resolve("model.safetensors"), FakeHub.refusal(status, "GatedRepo"));
    expect(2, "hf:acme/tiny is gated", hub.address() + "/acme/tiny", "set HF_TOKEN");
    hub.environment.put("HF_TOKEN", "hf_x");
    expect(2, "The account of the token in HF_TOKEN has no access yet");
  }

  @Test
  void unknownNameWithSimilarOnes() {
    hub.always(hub.revision("main"), FakeHub.refusal(401, "RepoNotFound"));
    hub.always("/api/datasets/acme/tiny", FakeHub.refusal(401, "RepoNotFound"));
    hub.always("/api/models", FakeHub.json("[{\"id\":\"acme/tiny-1B\"},{\"id\":\"other/tiny\"}]"));
    expect(2, "127.0.0.1 has no model acme/tiny", "HF_TOKEN", "acme/tiny-1B, other/tiny");
  }

  @Test
  void unknownNameThatIsADataset() {
    hub.always(hub.revision("main"), FakeHub.refusal(401, "RepoNotFound"));
    hub.always("/api/datasets/acme/tiny", FakeHub.json("{}"));
    expect(2, "There is a dataset of this name: engram fetch dataset:acme/tiny");
  }

  @Test
  void unknownNameAndAMuteHub() {
    hub.always(hub.revision("main"), FakeHub.refusal(404, "RepoNotFound"));
    expect(2, "has no model acme/tiny", "ORG/NAME, capitals included");
  }

  @Test
  void unknownRevision() {
    hub.always(hub.revision("v9"), FakeHub.refusal(404, "RevisionNotFound"));
    hub.always(
        "/api/models/acme/tiny/refs",
        FakeHub.json("{\"branches\":[{\"name\":\"main\"}],\"tags\":[{\"name\":\"v1\"}]}"));
    assertThatThrownBy(() -> ImpatientClient.fetch(hub, "hf:acme/tiny@v9"))
        .hasMessage("acme/tiny has no revision v9.\nIt has: main, v1");
  }

  @Test
  void aListedFileThatIsNotThere() {
    hub.always(hub.resolve("model.safetensors"), FakeHub.refusal(404, "EntryNotFound"));
    expect(3, "lists model.safetensors but doesn't have it");
  }

  @Test
  void closedByTheHub() {
    hub.always(
        hub.revision("main"),
        exchange -> {
          exchange
              .getResponseHeaders()
              .set("X-Error-Message", "Access to this resource is disabled.");
          exchange.sendResponseHeaders(403, -1);
        });
    expect(2, "closed by the hub");
  }

  @Test
  void anEndpointThatIsNoHub() {
    hub.always(hub.revision("main"), FakeHub.json("<html>Sign in</html>"));
    expect(2, "doesn't answer as a hub does", "HF_ENDPOINT");
    hub.always(hub.revision("main"), exchange -> exchange.sendResponseHeaders(404, -1));
    expect(2, "doesn't answer as a hub does", "HF_ENDPOINT");
  }

  @Test
  void nobodyThere() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    hub.environment.put("HF_ENDPOINT", "http://127.0.0.1:" + free);
    expect(3, "127.0.0.1:" + free + " can't be reached", "HTTPS_PROXY", "HF_ENDPOINT");
    hub.environment.put("HF_ENDPOINT", "http://no-such-host.invalid");
    expect(3, "no-such-host.invalid can't be reached", "no host of this name");
  }

  @Test
  void notTls() throws Exception {
    Thread server;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      server = new Thread(() -> answerPlainly(socket));
      server.start();
      hub.environment.put("HF_ENDPOINT", "https://127.0.0.1:" + socket.getLocalPort());
      expect(3, "no secure connection", "trustStore");
    }
    server.join();
  }

  /** Answers every greeting without TLS until the socket is closed. */
  private static void answerPlainly(ServerSocket socket) {
    while (!socket.isClosed()) {
      try (Socket client = socket.accept()) {
        // What isn't read would reset the connection, and the answer with it.
        int greeting = client.getInputStream().read(new byte[8192]);
        if (greeting > 0) {
          client.getOutputStream().write("HTTP/1.1 400 \r\n\r\n".getBytes(US_ASCII));
        }
      } catch (IOException e) {
        // The client's side fails, and is looked at.
      }
    }
  }

  @Test
  void offline() {
    hub.environment.put("HF_HUB_OFFLINE", "1");
    expect(3, "HF_HUB_OFFLINE forbids the network");
    assertThat(hub.requests).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "huggingface.co",
        "ftp://x",
        "http://user:password@host",
        "https://",
        "http://a b"
      })
  void endpointsThatAreNone(String endpoint) {
    hub.environment.put("HF_ENDPOINT", endpoint);
    assertThatThrownBy(() -> ImpatientClient.settings(hub))
        .hasMessageContaining("HF_ENDPOINT isn't the address of a hub")
        .message()
        .doesNotContain("password");
  }

  private void expect(int exitCode, String... words) {
    assertThatThrownBy(() -> ImpatientClient.fetch(hub))
        .isInstanceOfSatisfying(
            EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(exitCode))
        .message()
        .contains(words)
        .satisfies(message -> assertThat(message.lines().count()).isLessThanOrEqualTo(3));
  }
}
