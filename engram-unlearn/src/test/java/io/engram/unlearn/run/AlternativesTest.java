package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlternativesTest {
  private static final List<Sample> FORGET =
      List.of(
          Sample.of("a", "Where was she born?", "In Cairo."),
          Sample.of("7", "What did he write?", "The Long Road."));

  @TempDir private Path folder;

  private Alternatives read(String... rows) throws IOException {
    Path file = Files.write(folder.resolve("other.jsonl"), List.of(rows));
    return Alternatives.read(file.toString(), FORGET, 3);
  }

  @Test
  void rowsBelongToASampleByIdOrByQuestion() throws IOException {
    Alternatives read =
        read(
            "{'id': 'a', 'answers': ['In Oslo.', 'In Lima.']}".replace('\'', '"'),
            "{'question': 'what  did he write?', 'answer': 'Grey Hills.'}".replace('\'', '"'),
            "{'id': 'a', 'question': 'Where was she born?', 'answer': 'In Bonn.'}"
                .replace('\'', '"'),
            "{'id': 'elsewhere', 'answer': 'Of another forget set.'}".replace('\'', '"'));
    assertThat(read.bySample())
        .containsExactly(List.of("In Oslo.", "In Lima.", "In Bonn."), List.of("Grey Hills."));
    // Each draw chooses anew, and the same seed the same.
    assertThat(IntStream.range(0, 40).mapToObj(i -> read.at(0, 1, i)).collect(Collectors.toSet()))
        .hasSize(3);
    assertThat(read.at(0, 2, 5)).isEqualTo(new Alternatives(read.bySample(), 3).at(0, 2, 5));
    assertThat(read.at(1, 2, 5)).isEqualTo("Grey Hills.");
  }

  @Test
  void samplesWithoutAnAlternativeAreNamedWithTheRowsThatFitNone() {
    assertThatThrownBy(
            () ->
                read(
                    "{\"id\": \"a\", \"answer\": \"In Oslo.\"}",
                    "{\"id\": \"07\", \"answer\": \"Grey Hills.\"}"))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("method.alternatives = ")
        .hasMessageContaining("\n  no answer for sample 7\n  no sample to forget for row ")
        .hasMessageContaining("other.jsonl line 2");
  }

  @Test
  void anAlternativeThatIsTheAnswerOrOfAnotherQuestionIsRefused() {
    assertThatThrownBy(
            () ->
                read(
                    "{\"id\": \"a\", \"answer\": \" in  Cairo.\"}",
                    "{\"id\": \"7\", \"question\": \"Who?\", \"answer\": \"Ann.\"}",
                    "{\"id\": \"7\", \"answers\": [\" \"]}",
                    "{\"id\": \"7\"}",
                    "{\"answer\": \"Ann.\"}"))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("line 1: is the answer of sample a itself")
        .hasMessageContaining("line 2: sample 7 asks something else than \"Who?\"")
        .hasMessageContaining("line 3: an answer is blank")
        .hasMessageContaining("line 4 has no answer: a text, or answers, a list of texts")
        .hasMessageContaining("line 5 has neither an id nor a question");
  }
}
