package io.engram.core.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.EngramException;
import io.engram.core.run.CheckpointFolder;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.MrdRow;
import io.engram.core.run.Redaction;
import io.engram.core.run.RunFolder;
import io.engram.core.run.RunModel;
import io.engram.core.run.SampleRow;
import io.engram.testkit.fuzz.Fuzz;
import io.engram.testkit.fuzz.JsonMutator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Run folders from elsewhere, of which one file is hostile. */
class RunFuzzTest {
  @TempDir Path temporary;

  private Path run;

  @BeforeEach
  void make() throws Exception {
    run = temporary.resolve("in/run");
    try (RunFolder folder = RunFolder.create(run)) {
      folder.writeRecipe("retain: {data: [a.jsonl]}\nseed: 1\n");
      folder.writeManifest(
          new Manifest(
              "0.1.0",
              "engram unlearn r.yaml",
              "aa",
              "mini",
              "bb",
              Map.of("tofu:forget10", "cc"),
              "cpu",
              "float32",
              "plain",
              2,
              Map.of("java", "17"),
              "2026-11-24T10:00:00Z",
              null,
              "done"));
      folder.writeMrd(0, List.of(new MrdRow("3", 0.0132, 0.0008, 64, 17, 0)));
      folder.writeSamples(
          List.of(
              new SampleRow("0", "q?", "a", 3, 2, List.of(1, 1), -2.5, -20.125, "a", null),
              new SampleRow("1", null, null, 3, 0, List.of(0, 0), -2.5, -2.5, null, null)));
      folder.appendMeasurements(
          List.of(
              new Measurement("before", "tofu", "tofu.x", 0.5, "ratio", 400, false, 0.01),
              new Measurement("after", "tofu", "tofu.x", 0.25, "ratio", 400, null, null)));
      folder.journal().write("update", Map.of("update", 1, "loss", 0.5));
      folder.journal().write("stop", Map.of("reason", "budget"));
    }
    Files.createDirectories(run.resolve("model"));
  }

  /** Nothing beside the run folder. */
  @AfterEach
  void nothingElseIsWritten() throws Exception {
    try (Stream<Path> here = Files.list(temporary);
        Stream<Path> there = Files.list(run.getParent())) {
      assertThat(here).containsExactly(run.getParent());
      assertThat(there).containsExactly(run);
    }
  }

  @Test
  void manifests() throws Exception {
    fuzz(
        "manifest.json",
        () -> {
          RunModel.isRun(run);
          RunModel.of(run);
          RunFolder folder = RunFolder.read(run);
          Manifest manifest = folder.manifest();
          manifest.dataHashes().forEach((name, hash) -> assertThat(name + hash).isNotNull());
          assertThat(manifest.with("done", null).status()).isEqualTo("done");
        });
  }

  @Test
  void measurements() throws Exception {
    fuzz(
        "measurements.jsonl",
        () -> {
          try (RunFolder folder = RunFolder.resume(run)) {
            folder.appendMeasurements(
                List.of(new Measurement("before", "tofu", "tofu.x", 1, "ratio", 1, false, 0.01)));
          }
        });
  }

  @Test
  void samples() throws Exception {
    fuzz(
        "samples.jsonl",
        () ->
            assertThat(RunFolder.read(run).samples())
                .allSatisfy(row -> assertThat(row.id()).isNotNull()));
  }

  @Test
  void difficulty() throws Exception {
    fuzz(
        "mrd/epoch-000.jsonl",
        () -> {
          RunFolder folder = RunFolder.read(run);
          folder.mrdEpochs().forEach(e -> folder.mrd(e).forEach(row -> row.isMrd()));
        });
  }

  @Test
  void journals() throws Exception {
    fuzz(
        "journal.jsonl",
        () -> {
          try (RunFolder folder = RunFolder.resume(run)) {
            folder.journal().read().forEach(e -> e.path("event").asString(""));
            folder.journal().write("note", Map.of("text", "x"));
          }
        });
  }

  @Test
  void checksums() throws Exception {
    new CheckpointFolder(run).replace(to -> JsonFiles.writeText(to.resolve("x"), "x"));
    fuzz(
        0.2,
        "checkpoint/sums.json",
        () -> {
          Files.createDirectories(run.resolve("checkpoint.before"));
          new CheckpointFolder(run).recover();
          if (!Files.exists(run.resolve("checkpoint/x"))) {
            new CheckpointFolder(run).replace(to -> JsonFiles.writeText(to.resolve("x"), "x"));
            throw EngramException.file("damaged");
          }
        });
  }

  @Test
  void redactions() throws Exception {
    fuzz("samples.jsonl", () -> new Redaction(run).apply());
  }

  private interface Reading {
    void read() throws Exception;
  }

  private void fuzz(String name, Reading reading) throws Exception {
    fuzz(1, name, reading);
  }

  private void fuzz(double share, String name, Reading reading) throws Exception {
    Path file = run.resolve(name);
    String valid = Files.readString(file);
    Fuzz.run(
        "run " + name,
        share,
        Files.readAllBytes(file),
        new JsonMutator(valid),
        bytes -> {
          Files.write(file, bytes);
          reading.read();
        });
  }
}
