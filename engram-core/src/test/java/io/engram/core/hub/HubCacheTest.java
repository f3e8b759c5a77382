package io.engram.core.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Finding what others put into the cache. */
final class HubCacheTest {
  private static final String COMMIT = "89abcdef0123456789abcdef0123456789abcdef";

  @TempDir Path folder;

  private HubCache cache() {
    Map<String, String> variables = new HashMap<>();
    variables.put("HF_HUB_CACHE", folder.toString());
    return HubCache.of(new HubSettings.Environment(variables, Path.of("/nowhere")));
  }

  private Path snapshot(String... files) throws Exception {
    Path repository = folder.resolve("models--a--b");
    Path snapshot = Files.createDirectories(repository.resolve("snapshots/" + COMMIT));
    Files.createDirectories(repository.resolve("refs/refs/pr"));
    Files.writeString(repository.resolve("refs/v1"), COMMIT);
    Files.writeString(repository.resolve("refs/refs/pr/1"), COMMIT + "\n");
    for (String file : files) {
      Files.writeString(snapshot.resolve(file), "{}");
    }
    return snapshot;
  }

  @ParameterizedTest
  @CsvSource({"v1", "refs/pr/1", COMMIT, "89abcde"})
  void byBranchTagAndCommit(String revision) throws Exception {
    Path snapshot = snapshot("model.safetensors");
    assertThat(cache().model(HubName.parse("a/b@" + revision))).isEqualTo(snapshot);
  }

  @Test
  void anotherRevisionIsNotTakenForIt() throws Exception {
    snapshot("model.safetensors");
    assertThatThrownBy(() -> cache().model(HubName.parse("a/b")))
        .hasMessageContaining("hf:a/b is not in the cache")
        .hasMessageContaining("(there: refs/pr/1, v1)")
        .hasMessageContaining("engram fetch hf:a/b");
    assertThat(cache().find(HubName.parse("a/b@89abc"))).isEmpty();
    assertThat(cache().find(HubName.parse("a/b@v2"))).isEmpty();
    assertThat(cache().find(HubName.parse("a/c"))).isEmpty();
  }

  @Test
  void aReferenceThatLeadsOutIsNotFollowed() throws Exception {
    snapshot("model.safetensors");
    Files.writeString(folder.resolve("models--a--b/refs/main"), "../../..");
    assertThat(cache().find(HubName.parse("a/b"))).isEmpty();
  }

  @Test
  void aWordIsAPathUnlessTheCacheHasIt() throws Exception {
    Path snapshot = snapshot("model.safetensors");
    Files.writeString(folder.resolve("models--a--b/refs/main"), COMMIT);
    assertThat(cache().resolve("a/b")).isEqualTo(snapshot);
    assertThat(cache().resolve("hf:a/b@v1")).isEqualTo(snapshot);
    assertThat(cache().resolve("a/c")).isEqualTo(Path.of("a/c"));
    assertThat(cache().resolve("src/test")).isEqualTo(Path.of("src/test"));
    assertThatThrownBy(() -> cache().resolve("hf:a/c")).hasMessageContaining("engram fetch");
  }

  @Test
  void partsAreNamed() throws Exception {
    Path snapshot = snapshot("config.json");
    HubName name = HubName.parse("a/b@v1");
    assertThatThrownBy(() -> cache().model(name))
        .hasMessageContaining("any weight file is missing");
    Files.writeString(
        snapshot.resolve("model.safetensors.index.json"),
        "{\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":\"m-2.safetensors\"}}");
    Files.writeString(snapshot.resolve("m-1.safetensors"), "");
    assertThatThrownBy(() -> cache().model(name))
        .hasMessageContaining("m-2.safetensors is missing");
    Files.createSymbolicLink(snapshot.resolve("m-2.safetensors"), Path.of("../../blobs/0"));
    assertThatThrownBy(() -> cache().model(name))
        .hasMessageContaining("m-2.safetensors is missing");
    Files.delete(snapshot.resolve("m-2.safetensors"));
    Files.writeString(snapshot.resolve("m-2.safetensors"), "");
    assertThat(cache().model(name)).isEqualTo(snapshot);
  }
}
