package io.engram.unlearn.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.testkit.fuzz.ByteMutator;
import io.engram.testkit.fuzz.Fuzz;
import io.engram.testkit.fuzz.JsonMutator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile results of an earlier audit, and files of probes. */
class AuditFuzzTest {
  private static final List<Sample> REQUESTS =
      List.of(
          Sample.of("a", "Where does Ilse Varnholt live?", "In Quellheim."),
          Sample.of("b", "Who wrote the memoir?", "Tomasz Brenek."));

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"relearning.json", "relearning.jsonl"})
  void earlierRows(String name) throws Exception {
    AuditFiles files = new AuditFiles(folder);
    Row row = new Row("a", "1e-4", 17, new TreeMap<>(Map.of("log_prob", -1.5)));
    files.write(
        "relearning",
        new AuditFiles.Made(
            "subject",
            "digest",
            1.5,
            Map.of(
                Role.AFTER,
                new Attack.Outcome(
                    List.of(row), new TreeMap<>(Map.of("updates", 3.0)), List.of("a note")),
                Role.CONTROL,
                new Attack.Outcome(List.of(row, row), new TreeMap<>(), List.of()))));
    Path file = folder.resolve(name);
    String valid = Files.readString(file);
    Fuzz.run(
        "audit " + name,
        1,
        valid.getBytes(StandardCharsets.UTF_8),
        new JsonMutator(valid),
        bytes -> {
          Files.write(file, bytes);
          AuditFiles.Made made = files.find("relearning", "subject", "digest");
          if (made == null) {
            throw EngramException.file("made again");
          }
          made.rows().values().forEach(rows -> rows.forEach(each -> JsonFiles.line(each)));
          made.notes();
          JsonFiles.line(made.facts(Role.AFTER));
        });
  }

  /** NaN is a text in the file; any other text in the place of a number is damage. */
  @Test
  void rowsThatAreDamagedAreMadeAgain() throws Exception {
    AuditFiles files = new AuditFiles(folder);
    Row row = new Row("a", "", 17, new TreeMap<>(Map.of("log_prob", Double.NaN)));
    Attack.Outcome outcome = new Attack.Outcome(List.of(row), new TreeMap<>(), List.of());
    files.write("none", new AuditFiles.Made("subject", "digest", 1.5, Map.of(Role.AFTER, outcome)));
    AuditFiles.Made found = Objects.requireNonNull(files.find("none", "subject", "digest"));
    assertThat(found.rows()).isEqualTo(Map.of(Role.AFTER, List.of(row)));
    Path file = folder.resolve("none.jsonl");
    Files.writeString(file, Files.readString(file).replace("\"NaN\"", "\"x\""));
    assertThat(files.find("none", "subject", "digest")).isNull();
  }

  @Test
  void probes() throws Exception {
    String lines =
        """
        {"id": "a", "kind": "paraphrase", "question": "Where is she?", "answer": "Quellheim"}
        {"subject": "Ilse Varnholt", "query": "___ lives where?", "answer": "Quellheim", "level": 3, "type": "prefix injection"}
        {"text": "Who else?", "labels": "Nobody", "kind": "neighbour"}
        """;
    Path file = folder.resolve("p.jsonl");
    Fuzz.run(
        "probes",
        1,
        lines.getBytes(StandardCharsets.UTF_8),
        new JsonMutator(lines),
        bytes -> OtherQuestions.read(Files.write(file, bytes), REQUESTS));
  }

  @Test
  void tablesOfProbes() throws Exception {
    byte[] valid =
        "id,kind,question,answer\na,paraphrase,\"Where, then?\",Quellheim\nb,2,Who?,He\n"
            .getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve("p.csv");
    Fuzz.run(
        "probes as a table",
        1,
        valid,
        new ByteMutator(valid, valid.length),
        bytes -> OtherQuestions.read(Files.write(file, bytes), REQUESTS));
  }
}
