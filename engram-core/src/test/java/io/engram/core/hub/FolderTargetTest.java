package io.engram.core.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.ProgressListener;
import io.engram.testkit.hub.FakeHub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --out}: a plain folder that appears whole. */
final class FolderTargetTest {
  private static final byte[] WEIGHTS = FakeHub.bytes(300_000, 3);

  @TempDir Path folder;
  private FakeHub hub;
  private Path out;

  @BeforeEach
  void start() throws Exception {
    hub =
        new FakeHub("acme/tiny", folder.resolve("home"))
            .model(WEIGHTS)
            .small("1_Pooling/config.json", "{\"model_type\":\"llama\"}");
    out = folder.resolve("models/tiny");
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private Path fetch() {
    Hub.Plan plan = ImpatientClient.of(hub).plan(HubName.parse("acme/tiny"), List.of(), out);
    return ImpatientClient.of(hub).fetch(plan, ProgressListener.NONE, message -> {});
  }

  @Test
  void holdsTheFilesAndNothingElse() throws Exception {
    assertThat(fetch()).isEqualTo(out);
    assertThat(Files.readAllBytes(out.resolve("model.safetensors"))).isEqualTo(WEIGHTS);
    assertThat(out.resolve("1_Pooling/config.json")).hasContent("{\"model_type\":\"llama\"}");
    try (Stream<Path> all = Files.walk(folder.resolve("models"))) {
      assertThat(all.filter(Files::isRegularFile)).hasSize(5).noneMatch(Files::isSymbolicLink);
    }
    assertThat(folder.resolve("home")).doesNotExist();
  }

  @Test
  void anEmptyFolderIsTaken() throws Exception {
    Files.createDirectories(out);
    assertThat(fetch().resolve("model.safetensors")).exists();
  }

  @Test
  void anotherFolderIsRefused() throws Exception {
    Files.createDirectories(out);
    Files.writeString(out.resolve("mine.txt"), "mine");
    assertThatThrownBy(this::fetch).hasMessageContaining("holds other files");
    assertThat(out.resolve("mine.txt")).hasContent("mine");
  }

  @Test
  void theSameAgainFetchesNothing() {
    fetch();
    int before = hub.of("model.safetensors").size();
    fetch();
    assertThat(hub.of("model.safetensors")).hasSize(before);
    assertThat(folder.resolve("models/.tiny.incomplete")).doesNotExist();
  }

  @Test
  void stoppedItIsNotThereAndGoesOn() {
    hub.always(hub.resolve("model.safetensors"), FakeHub.broken(WEIGHTS, 200_000));
    assertThatThrownBy(this::fetch).hasMessageContaining("broke again and again");
    assertThat(out).doesNotExist();
    hub.always(hub.resolve("model.safetensors"), FakeHub.ranged(WEIGHTS));
    int before = hub.of("model.safetensors").size();
    assertThat(fetch().resolve("model.safetensors")).hasSize(WEIGHTS.length);
    assertThat(hub.of("model.safetensors")).hasSize(before + 1);
    assertThat(hub.of("model.safetensors").get(before).range()).isEqualTo("bytes=200000-");
    assertThat(hub.of("config.json")).hasSize(1);
  }

  @Test
  void aFileIsNoFolder() throws Exception {
    Files.createDirectories(out.getParent());
    Files.writeString(out, "");
    assertThatThrownBy(this::fetch).hasMessageContaining("can't be made a folder");
    assertThat(hub.requests).isEmpty();
  }
}
