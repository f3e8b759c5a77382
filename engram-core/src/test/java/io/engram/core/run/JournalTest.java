package io.engram.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class JournalTest {
  @TempDir Path temporary;
  private Path file = Path.of("");

  @BeforeEach
  void place() {
    file = temporary.resolve("journal.jsonl");
  }

  private List<String> events() {
    return new Journal(file).read().stream().map(e -> e.path("event").asString()).toList();
  }

  @Test
  void everyEventIsALineAtOnce() throws IOException {
    Journal journal = new Journal(file);
    journal.write("start", Map.of("recipe", "aa"));
    journal.write("update", Map.of("loss", 0.1 + 0.2, "gradient_norm", Double.NaN));
    assertThat(Files.readAllLines(file)).hasSize(2).allMatch(line -> line.startsWith("{\"time\":"));
    JsonNode update = journal.read().get(1);
    assertThat(update.path("loss").asDouble()).isEqualTo(0.1 + 0.2);
    assertThat(update.path("gradient_norm").asString()).isEqualTo("NaN");
    assertThat(Instant.parse(update.path("time").asString())).isBeforeOrEqualTo(Instant.now());
  }

  @Test
  void aTornLastLineIsLeftOutAndCutOff() throws IOException {
    new Journal(file).write("start", Map.of());
    Files.writeString(file, "{\"time\":\"2026-11-24T10:0", StandardOpenOption.APPEND);
    assertThat(events()).containsExactly("start");
    new Journal(file).write("resume", Map.of("update", 3));
    assertThat(events()).containsExactly("start", "resume");
  }

  @Test
  void aDamagedLineInTheMiddleIsAFault() throws IOException {
    Files.writeString(file, "{\"event\":\"start\"}\n{oops\n{\"event\":\"stop\"}\n");
    assertThatThrownBy(() -> new Journal(file).read())
        .hasMessageStartingWith(file + " line 2 is damaged: ");
  }

  @Test
  void anEmptyJournalGoesOn() throws IOException {
    Files.createFile(file);
    new Journal(file).write("start", Map.of());
    assertThat(events()).containsExactly("start");
  }
}
