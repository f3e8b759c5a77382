package io.engram.core.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.text.NumberText;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EnvironmentTest {
  private static HubSettings.Environment of(String... namesAndValues) {
    Map<String, String> variables = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      variables.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return new HubSettings.Environment(variables, Path.of("/home/u"));
  }

  @Test
  void theCacheIsWhereHuggingFaceHubHasIt() {
    assertThat(of().hubCache()).hasToString("/home/u/.cache/huggingface/hub");
    assertThat(of("XDG_CACHE_HOME", "/x").hubCache()).hasToString("/x/huggingface/hub");
    assertThat(of("HF_HOME", "~/hf", "XDG_CACHE_HOME", "/x").hubCache())
        .hasToString("/home/u/hf/hub");
    assertThat(of("HF_HOME", "$BIG/hf", "BIG", "/data").hubCache()).hasToString("/data/hf/hub");
    assertThat(of("HUGGINGFACE_HUB_CACHE", "/old").hubCache()).hasToString("/old");
    assertThat(of("HF_HUB_CACHE", "/c", "HF_HOME", "/h").hubCache()).hasToString("/c");
    assertThat(of("HF_HUB_CACHE", " ").hubCache()).hasToString("/home/u/.cache/huggingface/hub");
  }

  @ParameterizedTest
  @CsvSource({"1,true", "ON,true", "yes,true", "True,true", "0,false", "no,false", "'',false"})
  void switches(String value, boolean on) {
    assertThat(of("HF_HUB_OFFLINE", value).isOn("HF_HUB_OFFLINE")).isEqualTo(on);
  }

  @ParameterizedTest
  @CsvSource({
    "https://huggingface.co/x, p:1",
    "http://hub.example/x, q:2",
    "https://intern.example/x, direct",
    "https://a.intern.example/x, direct",
    "https://notintern.example/x, p:1",
    "https://only.example:8443/x, direct",
    "https://only.example/x, p:1",
    "https://star.example/x, direct",
  })
  void proxies(String address, String expected) {
    EnvironmentProxies proxies =
        EnvironmentProxies.of(
            of(
                "HTTPS_PROXY",
                "http://u:p%20w@p:1",
                "http_proxy",
                "q:2",
                "HTTP_PROXY",
                "http://not-this-one:3",
                "NO_PROXY",
                "intern.example, only.example:8443,*.star.example"));
    Proxy proxy = proxies.select(URI.create(address)).get(0);
    String found =
        proxy.address() instanceof InetSocketAddress at
            ? at.getHostString() + ":" + at.getPort()
            : "direct";
    assertThat(found).isEqualTo(expected);
    assertThat(proxies.credentials(URI.create(address)))
        .isEqualTo(expected.equals("p:1") ? "Basic dTpwIHc=" : null);
  }

  @Test
  void oneProxyForAll() {
    EnvironmentProxies proxies = EnvironmentProxies.of(of("all_proxy", "http://p:1"));
    assertThat(proxies.select(URI.create("https://x/")).get(0).type()).isEqualTo(Proxy.Type.HTTP);
    assertThat(
            EnvironmentProxies.of(of("all_proxy", "http://p:1", "NO_PROXY", "*"))
                .select(URI.create("https://x/")))
        .containsExactly(Proxy.NO_PROXY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"socks5://u:secret@p:1", "https://p:1", "http://", "http://u:secret@"})
  void proxiesThatCantBeUsed(String proxy) {
    assertThatThrownBy(() -> EnvironmentProxies.of(of("HTTPS_PROXY", proxy)))
        .hasMessageContaining("HTTPS_PROXY can't be used as a proxy")
        .message()
        .doesNotContain("secret");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 bytes",
    "999, 999 bytes",
    "1000, 1.00 kB",
    "12345678, 12.3 MB",
    "999600, 1.00 MB",
    "2471645608, 2.47 GB",
    "9223372036854775807, 9.22 EB"
  })
  void sizes(long bytes, String text) {
    assertThat(NumberText.bytes(bytes)).isEqualTo(text);
  }
}
