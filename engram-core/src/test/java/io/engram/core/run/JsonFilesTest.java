package io.engram.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
  void aWholeNumberTooLargeIsInfinite() {
    assertThat(JsonFiles.number(JsonFiles.mapper().readTree("1".repeat(400))))
        .isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(JsonFiles.number(JsonFiles.mapper().readTree("12"))).isEqualTo(12);
  }

  @Test
  void aFaultNamesFileAndLine() throws IOException {
    Path file =
        Files.writeString(
            temporary.resolve("a.jsonl"),
            "{\"id\":\"a\",\"token_count\":1,\"stopped\":\"end_token\"}\n{\"id\":}\n");
    assertThatThrownBy(() -> JsonFiles.readLines(file, Answer.class))
        .hasMessageStartingWith(file + " line 2: ");
    assertThatThrownBy(() -> JsonFiles.read(temporary.resolve("none"), Answer.class))
        .hasMessage(temporary.resolve("none") + " does not exist");
  }

  private record Line(
      String id, @Nullable String note, List<Answer> answers, Map<String, Double> values) {}

  /** A file from elsewhere may leave out anything, where the program relies on a value. */
  @Test
  void aFieldThatIsMissingIsNamed() throws IOException {
    Path file = temporary.resolve("a.json");
    assertMissing("{}", "id");
    assertMissing("{\"id\":\"a\",\"values\":{}}", "answers");
    assertMissing("{\"id\":\"a\",\"answers\":[null],\"values\":{}}", "answers[0]");
    assertMissing(
        "{\"id\":\"a\",\"answers\":[{\"token_count\":1}],\"values\":{}}", "answers[0].id");
    assertMissing("{\"id\":\"a\",\"answers\":[],\"values\":{\"x\":null}}", "values.x");
    Files.writeString(file, "{\"id\":\"a\",\"answers\":[],\"values\":{}}");
    assertThat(JsonFiles.read(file, Line.class).note()).isNull();
    Files.writeString(file, "null");
    assertThatThrownBy(() -> JsonFiles.read(file, Line.class))
        .hasMessage(file + " has no value, only null");
  }

  /** As where a command is stopped half way. */
  @Test
  void linesThatFailLeaveWhatWasThere() throws IOException {
    Path file = temporary.resolve("lines.jsonl");
    JsonFiles.writeLines(file, List.of("old"));
    assertThatThrownBy(
            () ->
                JsonFiles.writeLines(
                    file,
                    taker -> {
                      taker.accept("1");
                      throw new IllegalStateException("stopped");
                    }))
        .hasMessage("stopped");
    assertThat(file).hasContent("\"old\"");
    assertThat(file.resolveSibling("lines.jsonl.part")).doesNotExist();
    JsonFiles.writeLines(file, taker -> List.of("1", "2").forEach(taker));
    assertThat(file).hasContent("1\n2");
  }

  @Test
  void aValueOfAWrongKindIsNamedByItsField() throws IOException {
    Path file = Files.writeString(temporary.resolve("a.json"), "{\"id\":\"a\",\"answers\":1}");
    assertThatThrownBy(() -> JsonFiles.read(file, Line.class))
        .hasMessageStartingWith(file + ": answers: ")
        .hasMessageNotContaining("java");
  }

  private void assertMissing(String json, String field) throws IOException {
    Path file = Files.writeString(temporary.resolve("a.json"), json);
    assertThatThrownBy(() -> JsonFiles.read(file, Line.class))
        .isInstanceOf(EngramException.class)
        .hasMessage(file + " has no " + field);
  }

  @Test
  void numbersThatAreNotFiniteAreTexts() {
    var tree =
        JsonFiles.mapper().readTree("[0.5, \"Infinity\", \"-Infinity\", \"NaN\", \"x\", [], null]");
    assertThat(tree.valueStream().mapToDouble(JsonFiles::number))
        .containsExactly(
            0.5,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN);
  }
}
