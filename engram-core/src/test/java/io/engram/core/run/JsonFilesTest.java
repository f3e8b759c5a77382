package io.engram.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonFilesTest {
  private enum Stopped {
    END_TOKEN
  }

  private record Answer(String id, int tokenCount, Stopped stopped) {}

  @TempDir Path temporary;

  @Test
  void namesAreSnakeCaseAndEnumsLowerCase() throws IOException {
    Answer answer = new Answer("1", 2, Stopped.END_TOKEN);
    String line = "{\"id\":\"1\",\"token_count\":2,\"stopped\":\"end_token\"}";
    assertThat(JsonFiles.line(answer)).isEqualTo(line);
    Path file = Files.writeString(temporary.resolve("a.jsonl"), line + "\n\n" + line + "\n");
    assertThat(JsonFiles.readLines(file, Answer.class)).containsExactly(answer, answer);
  }

  @Test
  void aFaultNamesFileAndLine() throws IOException {
    Path file = Files.writeString(temporary.resolve("a.jsonl"), "{\"token_count\":1}\n{\"id\":}\n");
    assertThatThrownBy(() -> JsonFiles.readLines(file, Answer.class))
        .hasMessageStartingWith(file + " line 2: ");
    assertThatThrownBy(() -> JsonFiles.read(temporary.resolve("none"), Answer.class))
        .hasMessage(temporary.resolve("none") + " does not exist");
  }
}
