package io.engram.core.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.testkit.hub.FakeHub;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the token comes from, and that it goes to the hub alone. */
final class TokenTest {
  private static final String SECRET = "hf_secret";
  private static final String SENT = "Bearer hf_secret";
  private static final byte[] WEIGHTS = FakeHub.bytes(50_000, 2);
  private static final String FILE = "model.safetensors";

  @TempDir Path folder;
  private FakeHub hub;
  private FakeHub elsewhere;

  @BeforeEach
  void start() throws Exception {
    hub = new FakeHub("acme/tiny", folder).model(WEIGHTS);
    elsewhere = new FakeHub("cdn/bucket", folder);
    hub.environment.put("HF_TOKEN", SECRET);
  }

  @AfterEach
  void stop() {
    hub.close();
    elsewhere.close();
  }

  @Test
  void theHubGetsItWithEveryRequest() {
    ImpatientClient.fetch(hub);
    assertThat(hub.requests).extracting(FakeHub.Request::user).containsOnly(SENT);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void anotherHostDoesntGetIt(int status) throws Exception {
    hub.always(hub.resolve(FILE), FakeHub.redirect(status, elsewhere.address() + "/blob?sig=1"));
    elsewhere.once("/blob", FakeHub.broken(WEIGHTS, 20_000));
    elsewhere.always("/blob", FakeHub.ranged(WEIGHTS));
    assertThat(Files.readAllBytes(ImpatientClient.fetch(hub).resolve(FILE))).isEqualTo(WEIGHTS);
    assertThat(elsewhere.requests).hasSize(2).extracting(FakeHub.Request::user).containsOnlyNulls();
    assertThat(elsewhere.requests.get(1).range()).startsWith("bytes=");
  }

  @Test
  void theSameHostUnderAnotherNameDoesntGetIt() {
    String otherName = hub.address().replace("127.0.0.1", "localhost");
    hub.always(hub.resolve(FILE), FakeHub.redirect(302, otherName + "/blob"));
    hub.always("/blob", FakeHub.ranged(WEIGHTS));
    ImpatientClient.fetch(hub);
    assertThat(hub.requests)
        .filteredOn(request -> request.path().equals("/blob"))
        .hasSize(1)
        .extracting(FakeHub.Request::user)
        .containsOnlyNulls();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/moved", "../../../../moved", "//HOST/moved"})
  void aRedirectWithinTheHubKeepsIt(String location) throws Exception {
    String host = hub.address().substring("http://".length());
    hub.always(hub.resolve(FILE), FakeHub.redirect(307, location.replace("HOST", host)));
    hub.always("/moved", FakeHub.ranged(WEIGHTS));
    assertThat(Files.readAllBytes(ImpatientClient.fetch(hub).resolve(FILE))).isEqualTo(WEIGHTS);
    assertThat(hub.requests).extracting(FakeHub.Request::user).containsOnly(SENT);
  }

  @Test
  void theNextPageOfAnotherHostDoesntGetIt() {
    hub.once(
        hub.tree(),
        exchange -> {
          exchange
              .getResponseHeaders()
              .set("Link", "<" + elsewhere.address() + "/page>; rel=\"next\"");
          FakeHub.json("[]").to(exchange);
        });
    elsewhere.always("/page", FakeHub.json("[]"));
    assertThatThrownBy(() -> ImpatientClient.fetch(hub)).hasMessageContaining("no files");
    assertThat(elsewhere.requests).hasSize(1).extracting(FakeHub.Request::user).containsOnlyNulls();
  }

  @Test
  void theFileOfALoginServesToo() throws Exception {
    hub.environment.remove("HF_TOKEN");
    Files.createDirectories(folder.resolve("hf"));
    Files.writeString(folder.resolve("hf/token"), SECRET + "\n");
    ImpatientClient.fetch(hub);
    assertThat(hub.requests).extracting(FakeHub.Request::user).containsOnly(SENT);
    hub.environment.put("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
    assertThat(ImpatientClient.settings(hub).token()).isNull();
  }

  @Test
  void withoutOneNoneIsSent() {
    hub.environment.remove("HF_TOKEN");
    ImpatientClient.fetch(hub);
    assertThat(hub.requests).extracting(FakeHub.Request::user).containsOnlyNulls();
  }

  @ParameterizedTest
  @ValueSource(strings = {"hf_sec ret", "hf_secret\nX-Evil: 1", "hf_sécret"})
  void oneThatCantBeSentIsNotShown(String token) {
    hub.environment.put("HF_TOKEN", token);
    assertThatThrownBy(() -> ImpatientClient.settings(hub))
        .hasMessageContaining("The token in HF_TOKEN")
        .message()
        .doesNotContain("cret");
  }

  @Test
  void noMessageShowsIt() {
    hub.always(
        hub.revision("main"),
        exchange -> {
          exchange
              .getResponseHeaders()
              .set("X-Error-Message", "Invalid credentials in Authorization header");
          exchange.sendResponseHeaders(401, -1);
        });
    assertThatThrownBy(() -> ImpatientClient.fetch(hub))
        .message()
        .contains("doesn't accept the token in HF_TOKEN", "/settings/tokens")
        .doesNotContain(SECRET);
    assertThat(ImpatientClient.settings(hub).token()).asString().doesNotContain(SECRET);
  }
}
