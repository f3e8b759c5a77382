package io.engram.core.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PiiExampleTest {
  @TempDir Path folder;

  @Test
  void writesEveryFile() throws Exception {
    Path out = write("pii", 42);
    assertThat(bytes(out).keySet()).containsExactlyInAnyOrderElementsOf(PiiExample.FILES);
    List<Sample> taught =
        SampleSource.load(
            List.of(
                out.resolve("requests.jsonl").toString(), out.resolve("keep.jsonl").toString()));
    assertThat(taught).hasSize(116);
    assertThat(SampleSource.load(out.resolve("controls.jsonl").toString())).hasSize(60);
    assertThat(Files.readAllLines(out.resolve("probes.jsonl")))
        .hasSize(60)
        .first()
        .asString()
        .startsWith("{\"id\":\"c001-address\",\"kind\":\"paraphrase\",\"question\":");
  }

  @Test
  void theSameSeedWritesTheSameBytes() throws Exception {
    Map<String, String> first = bytes(write("pii", 42));
    for (Path file : List.copyOf(files(folder.resolve("pii")))) {
      Files.delete(file);
    }
    assertThat(bytes(write("pii", 42))).isEqualTo(first);
    assertThat(bytes(write("other", 43)).get("requests.jsonl"))
        .isNotEqualTo(first.get("requests.jsonl"));
  }

  @Test
  void theReadmeGivesTheCommands() throws Exception {
    Path out = write("pii", 42);
    assertThat(Files.readString(out.resolve("README.md")))
        .contains(
            "engram finetune 'my pii'/teach.yaml --out 'my pii'/taught\n",
            "engram forget 'my pii'/taught 'my pii'/requests.jsonl --keep 'my pii'/keep.jsonl"
                + " --controls 'my pii'/controls.jsonl --out 'my pii'/forgotten\n",
            "| `requests.jsonl` | 20 | what is known about 5 customers");
  }

  @Test
  void aFolderInUseIsLeftAsItIs() throws Exception {
    Path used = Files.createDirectory(folder.resolve("used"));
    Files.writeString(used.resolve("mine.txt"), "mine");
    assertThatThrownBy(() -> write("used", 42))
        .isInstanceOf(EngramException.class)
        .hasMessage(used + " is not empty; name a new or empty folder.");
    assertThat(bytes(used)).containsOnlyKeys("mine.txt");
  }

  private Path write(String name, long seed) {
    Path out = folder.resolve(name);
    PiiExample.write(out, "'my pii'", seed, CustomerFile.of(seed, 5));
    return out;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static Map<String, String> bytes(Path folder) throws IOException {
    Map<String, String> bytes = new TreeMap<>();
    for (Path file : files(folder)) {
      bytes.put(file.getFileName().toString(), Files.readString(file));
    }
    return bytes;
  }
}
