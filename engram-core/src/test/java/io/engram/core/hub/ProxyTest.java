package io.engram.core.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.testkit.hub.FakeHub;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests go through the proxy that the environment names. */
final class ProxyTest {
  @TempDir Path folder;

  @Test
  void aHubBehindAProxy() throws Exception {
    try (FakeHub hub = new FakeHub("acme/tiny", folder).model(new byte[1000])) {
      // No host of this name exists: only the proxy, which is the fake hub itself, can answer.
      hub.environment.put("HF_ENDPOINT", "http://hub.invalid");
      hub.environment.put("HTTP_PROXY", hub.address());
      hub.environment.put("HF_TOKEN", "hf_x");
      hub.environment.remove("NO_PROXY");
      assertThat(ImpatientClient.fetch(hub).resolve("model.safetensors")).hasSize(1000);
      assertThat(hub.requests).extracting(FakeHub.Request::host).containsOnly("hub.invalid");
    }
  }
}
