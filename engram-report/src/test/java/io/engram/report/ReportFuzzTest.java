package io.engram.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.run.AuditSummary;
import io.engram.core.run.JsonFiles;
import io.engram.testkit.fuzz.Fuzz;
import io.engram.testkit.fuzz.JsonMutator;
import io.engram.testkit.fuzz.YamlMutator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reports on runs from elsewhere, of which one file is hostile. */
class ReportFuzzTest {
  @TempDir Path temporary;

  /** Nothing but the run and its report. */
  @AfterEach
  void nothingElseIsWritten() throws Exception {
    try (Stream<Path> files = Files.list(temporary)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .isSubsetOf("run", "other", "r.html", "study.json", "s.html");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "manifest.json, 0.05",
    "journal.jsonl, 0.05",
    "samples.jsonl, 0.05",
    "measurements.jsonl, 0.05",
    "mrd/epoch-001.jsonl, 0.05"
  })
  void runs(String name, double share) throws Exception {
    Path run = RunFixture.order("mrd").size(4, 3).write(temporary.resolve("run"));
    fuzz("run", run.resolve(name), share, json(run.resolve(name)), List.of(run));
  }

  @Test
  void runsSideBySide() throws Exception {
    Path run = RunFixture.order("mrd").size(4, 3).write(temporary.resolve("run"));
    Path other = RunFixture.order("uniform").size(4, 3).write(temporary.resolve("other"));
    Path file = run.resolve("measurements.jsonl");
    fuzz("runs", file, 0.05, json(file), List.of(run, other));
  }

  @Test
  void recipes() throws Exception {
    Path run = RunFixture.order("mrd").size(4, 3).write(temporary.resolve("run"));
    Path other = RunFixture.order("uniform").size(4, 3).write(temporary.resolve("other"));
    Path file = run.resolve("recipe.yaml");
    fuzz("run", file, 0.05, new YamlMutator(Files.readString(file)), List.of(run, other));
  }

  @ParameterizedTest
  @CsvSource({"plan.json, 0.05", "verdicts.jsonl, 0.05", "audit/summary.json, 0.05"})
  void requests(String name, double share) throws Exception {
    Path run =
        new ForgetFixture()
            .forgotten("0", 2, 3)
            .known("1", null)
            .undecided("2")
            .neverKnown("3")
            .write(temporary.resolve("run"));
    JsonFiles.write(run.resolve(AuditSummary.FILE), audit());
    fuzz("request", run.resolve(name), share, json(run.resolve(name)), List.of(run));
  }

  @Test
  void studies() throws Exception {
    Path json = temporary.resolve("study.json");
    StudyFixture.named("MRD").write(json);
    String valid = Files.readString(json);
    Fuzz.run(
        "study",
        0.1,
        valid.getBytes(StandardCharsets.UTF_8),
        new JsonMutator(valid),
        bytes -> StudyPage.write(Files.write(json, bytes), temporary.resolve("s.html")));
  }

  private static AuditSummary audit() {
    AuditSummary.Mean mean = new AuditSummary.Mean(-0.5, Double.NaN);
    TreeMap<String, AuditSummary.Mean> means = new TreeMap<>(Map.of("log_prob", mean));
    AuditSummary.Attacked none =
        new AuditSummary.Attacked(
            "none",
            "asks the model as it is",
            List.of(),
            new TreeMap<>(),
            new TreeMap<>(Map.of("after", 4, "before", 4, "control", 40)),
            new TreeMap<>(Map.of("after", means, "before", means, "control", means)),
            new TreeMap<>(Map.of("log_prob", -1.0)),
            1,
            2,
            new TreeMap<>(Map.of("updates", 3.0)),
            List.of("a note"),
            1.5);
    return new AuditSummary(
        "made",
        40,
        4,
        List.of(none),
        List.of(new AuditSummary.NotChecked("relearning", "left out", false)),
        new TreeMap<>(Map.of("forgotten", 1, "known", 1)),
        new AuditSummary.FalseAlarms(40, 2),
        3.5);
  }

  private static Fuzz.Variants json(Path file) throws IOException {
    return new JsonMutator(Files.readString(file));
  }

  private void fuzz(String what, Path file, double share, Fuzz.Variants variants, List<Path> runs)
      throws Exception {
    Fuzz.run(
        "report of a " + what + "'s " + file.getFileName(),
        share,
        Files.readAllBytes(file),
        variants,
        bytes -> {
          Files.write(file, bytes);
          Report.write(runs, temporary.resolve("r.html"));
        });
  }
}
