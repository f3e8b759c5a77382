package io.engram.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.model.LanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models at {@code file:///}, which Hadoop's client reads as it reads any other scheme. */
final class HadoopModelsTest {
  @TempDir Path folder;

  private final List<String> said = Collections.synchronizedList(new ArrayList<>());
  private Path model;
  private Path cache;

  @BeforeEach
  void prepare() throws IOException {
    cache = folder.resolve("cache");
    model = Files.createDirectory(folder.resolve("mine"));
    try (Stream<Path> files = Files.list(Command.TINY)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, model.resolve(file.getFileName().toString()));
      }
    }
    Files.writeString(model.resolve("notes.bin"), "not Engram's");
  }

  private String uri() {
    return "file://" + model;
  }

  private Path copy(String uri) {
    return new HadoopModels.Copy(uri, new Configuration(false), cache, said::add).path();
  }

  @Test
  void aModelIsCopiedOnceAndKnowsItsOrigin() throws IOException {
    Path copy = copy(uri());
    assertThat(copy).startsWith(cache.resolve("engram")).endsWith(Path.of("mine"));
    assertThat(copy.resolve("notes.bin")).doesNotExist();
    assertThat(said).hasSize(1);
    assertThat(said.get(0)).startsWith("Copying " + uri() + " (").endsWith(" to " + copy);
    Files.delete(model.resolve("notes.bin"));
    assertThat(LanguageModel.hash(copy.toString(), null))
        .isEqualTo(LanguageModel.hash(model.toString(), null));
    assertThat(copy(uri())).isEqualTo(copy);
    assertThat(said).hasSize(1);
    assertThat(HadoopModels.wayOf(copy, cache)).isEqualTo(new HadoopModels.Copied(uri()));
    assertThat(HadoopModels.wayOf(copy.resolve("a.gguf"), cache))
        .isEqualTo(new HadoopModels.Copied(uri()));
    assertThat(HadoopModels.wayOf(model, cache)).isNull();
  }

  @Test
  void aChangedModelIsAnotherCopy() throws IOException {
    Path before = copy(uri());
    Files.writeString(model.resolve("config.json"), "\n", StandardOpenOption.APPEND);
    assertThat(copy(uri())).isNotEqualTo(before);
  }

  /** What a copy that was broken off left is not taken for one. */
  @Test
  void severalAtATimeCopyOnce() throws Exception {
    Path first = copy(uri());
    Path key = Objects.requireNonNull(first.getParent());
    Files.move(key, key.resolveSibling(key.getFileName() + ".incomplete"));
    said.clear();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      Callable<Path> copying = () -> copy(uri());
      for (Future<Path> done : threads.invokeAll(Collections.nCopies(4, copying))) {
        assertThat(done.get()).isEqualTo(first);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(said.stream().filter(line -> line.startsWith("Copying"))).hasSize(1);
    assertThat(first.resolve("config.json")).exists();
    try (Stream<Path> left = Files.list(cache.resolve("engram"))) {
      assertThat(left).containsExactly(key);
    }
  }

  @Test
  void aGgufFileTakesWhatIsBesideIt() throws IOException {
    Files.writeString(model.resolve("q8.gguf"), "eight");
    Files.writeString(model.resolve("q4.gguf"), "four");
    Path copy = copy(uri() + "/q8.gguf");
    assertThat(copy).hasContent("eight").endsWith(Path.of("mine/q8.gguf"));
    assertThat(copy.resolveSibling("tokenizer.json")).exists();
    assertThat(copy.resolveSibling("q4.gguf")).doesNotExist();
    assertThat(copy.resolveSibling("model.safetensors")).doesNotExist();
  }

  @Test
  void mistakes() throws IOException {
    assertThatThrownBy(() -> copy(uri() + "/nowhere"))
        .isInstanceOf(EngramException.class)
        .hasMessage("MODEL " + uri() + "/nowhere: there is no such folder or file.");
    assertThatThrownBy(() -> copy("sprak://host/model"))
        .hasMessageContaining("MODEL sprak://host/model can't be copied to ")
        .hasMessageContaining("No FileSystem for scheme \"sprak\"")
        .hasMessageContaining("HF_HOME chooses another cache");
    Files.delete(model.resolve("config.json"));
    assertThatThrownBy(() -> copy(uri()))
        .hasMessageContaining("there is no config.json, adapter_config.json or GGUF file in it");
    assertThat(said).isEmpty();
  }
}
