package io.engram.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunFolderTest {
  @TempDir Path temporary;

  static Manifest manifest() {
    return new Manifest(
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
        "running");
  }

  private static Measurement measurement(String stage, String metric, double value) {
    return new Measurement(stage, "tofu", metric, value, "ratio", 400, false, 0.01);
  }

  private static SampleRow sample(String id, @Nullable String output) {
    return new SampleRow(id, "q?", "a", 3, 2, List.of(1, 1), -2.5, -20.125, output, output);
  }

  @Test
  void whatIsWrittenIsReadBack() {
    Path dir = temporary.resolve("runs/one");
    List<MrdRow> mrd = List.of(new MrdRow("3", 0.0132, 0.0008, 64, 17, 0));
    List<SampleRow> samples = List.of(sample("0", "x\n\"y\" – é"), sample("1", null));
    try (RunFolder run = RunFolder.create(dir)) {
      run.writeRecipe("seed: 42\n");
      run.writeManifest(manifest());
      run.writeMrd(0, mrd);
      run.writeMrd(10, mrd);
      run.writeMrd(2, List.of());
      run.writeSamples(samples);
      run.appendMeasurements(List.of(measurement("before", "tofu.forget.mia_auc", 0.5)));
      run.journal().write("stop", Map.of("reason", "budget"));
    }
    RunFolder run = RunFolder.read(dir);
    assertThat(run.recipe()).isEqualTo("seed: 42\n");
    assertThat(run.manifest()).isEqualTo(manifest());
    assertThat(run.mrd(10)).isEqualTo(mrd);
    assertThat(run.mrdEpochs()).containsExactly(0, 2, 10);
    assertThat(run.samples()).isEqualTo(samples);
    assertThat(run.measurements()).hasSize(1);
    assertThat(run.journal().read().get(0).path("reason").asString()).isEqualTo("budget");
    assertThat(run.checkpoint()).isEqualTo(dir.resolve("checkpoint"));
    assertThat(run.evaluationRows("after")).isEqualTo(dir.resolve("eval/after"));
  }

  @Test
  void linesAreAsTheManualHasThem() throws IOException {
    try (RunFolder run = RunFolder.create(temporary.resolve("r"))) {
      run.writeMrd(0, List.of(new MrdRow("3", 0.0132, 0.0008, 64, 17, 0)));
      run.appendMeasurements(List.of(measurement("before", "tofu.forget.rouge_l_recall", 0.93)));
      assertThat(Files.readString(run.path().resolve("mrd/epoch-000.jsonl")))
          .isEqualTo(
              """
              {"id":"3","mrd":0.0132,"standard_error":8.0E-4,"draws":64,"tokens":17,"clamped":0}
              """);
      assertThat(Files.readString(run.path().resolve("measurements.jsonl")))
          .isEqualTo(
              """
              {"stage":"before","suite":"tofu","metric":"tofu.forget.rouge_l_recall","value":0.93,\
              "unit":"ratio","n":400,"higher_is_better":false,"standard_error":0.01}
              """);
    }
  }

  @Test
  void aMeasurementNamesTheEncoderItRestsOn() throws IOException {
    Measurement judged =
        new Measurement("before", "tofu", "tofu.retain.accuracy", 1, "ratio", 2, true, null, "E");
    try (RunFolder run = RunFolder.create(temporary.resolve("r"))) {
      run.appendMeasurements(List.of(judged));
      assertThat(Files.readString(run.path().resolve("measurements.jsonl")))
          .contains("\"standard_error\":null,\"judged_by\":\"E\"}");
      assertThat(run.measurements()).containsExactly(judged);
    }
  }

  @Test
  void aMeasurementMadeAgainTakesTheOldOnesPlace() {
    try (RunFolder run = RunFolder.create(temporary.resolve("r"))) {
      run.appendMeasurements(List.of(measurement("before", "a", 1), measurement("before", "b", 2)));
      run.appendMeasurements(List.of(measurement("after", "a", 3), measurement("before", "a", 4)));
      assertThat(run.measurements().stream().map(Measurement::value))
          .containsExactly(2.0, 3.0, 4.0);
    }
  }

  @Test
  void beforeAnythingIsWrittenThereIsNothing() {
    try (RunFolder run = RunFolder.create(temporary.resolve("r"))) {
      assertThat(run.samples()).isEmpty();
      assertThat(run.measurements()).isEmpty();
      assertThat(run.mrdEpochs()).isEmpty();
      assertThat(run.journal().read()).isEmpty();
      assertThatThrownBy(run::manifest).hasMessageEndingWith("manifest.json does not exist");
    }
  }

  @Test
  void predictedUpdatesOfEarlierVersionsAreRead() throws IOException {
    try (RunFolder run = RunFolder.create(temporary.resolve("r"))) {
      Path folder = Files.createDirectory(run.path().resolve("predicted_updates"));
      Files.writeString(
          folder.resolve("epoch-000.jsonl"),
          """
          {"id":"3","predicted_updates":7.5,"loss":0.25,"tokens":17}
          """);
      MrdRow own = new MrdRow("3", "predicted_updates", 9, Double.NaN, 1, 17, 0);
      run.writeMrd(2, List.of(own));
      assertThat(run.mrdEpochs()).containsExactly(0, 2);
      assertThat(run.mrd(0))
          .containsExactly(new MrdRow("3", "predicted_updates", 7.5, Double.NaN, 1, 17, 0));
      assertThat(run.mrd(2)).containsExactly(own);
    }
  }

  @Test
  void nothingHalfWrittenIsLeft() throws IOException {
    try (RunFolder run = RunFolder.create(temporary.resolve("r"))) {
      run.writeManifest(manifest());
      run.writeManifest(manifest().with("done", "2026-11-24T11:00:00Z"));
      assertThat(run.manifest().status()).isEqualTo("done");
      try (Stream<Path> files = Files.list(run.path())) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrder(".lock", "manifest.json");
      }
    }
  }

  @Test
  void aFolderThatHoldsSomethingIsRefused() throws IOException {
    Files.writeString(temporary.resolve("thesis.tex"), "x");
    assertThatThrownBy(() -> RunFolder.create(temporary))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessage(temporary + " exists and is not empty; choose another --out");
    Files.writeString(temporary.resolve("manifest.json"), "{}");
    assertThatThrownBy(() -> RunFolder.create(temporary))
        .hasMessage(
            temporary
                + " exists and is not empty; choose another --out, or resume its run with --resume "
                + temporary);
    Path empty = Files.createDirectory(temporary.resolve("empty"));
    RunFolder.create(empty).close();
  }

  @Test
  void aFileOrNoNameIsNotAFolder() throws IOException {
    Path file = Files.writeString(temporary.resolve("a.txt"), "x");
    assertThatThrownBy(() -> RunFolder.create(file))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessage(file + " is a file; --out takes the name of a folder, new or empty");
    assertThatThrownBy(() -> RunFolder.resume(file))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(3))
        .hasMessage(file + " is a file, not a run folder");
    for (Runnable opening :
        List.<Runnable>of(
            () -> RunFolder.create(Path.of("")), () -> RunFolder.resume(Path.of("")))) {
      assertThatThrownBy(opening::run)
          .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
          .hasMessage("the name of the run folder is empty; name a folder");
    }
  }

  @Test
  void aSecondWriterWaitsForTheFirst() {
    Path dir = temporary.resolve("r");
    try (RunFolder run = RunFolder.create(dir)) {
      run.writeManifest(manifest());
      assertThatThrownBy(() -> RunFolder.resume(dir))
          .isInstanceOf(EngramException.class)
          .hasMessageMatching(
              Pattern.quote(dir + " is in use by another run (process ")
                  + ProcessHandle.current().pid()
                  + " on .+\\); wait for it to end, or stop it");
      assertThat(RunFolder.read(dir).manifest()).isEqualTo(manifest());
    }
    RunFolder.resume(dir).close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"journal.jsonl", "model", "eval/new"})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a right there")
  void aLinkOutOfTheFolderIsNotWrittenThrough(String name) throws IOException {
    Path run = temporary.resolve("run");
    Files.createDirectories(run.resolve("eval"));
    Files.writeString(run.resolve("manifest.json"), "{}");
    Files.createSymbolicLink(run.resolve("inside"), Path.of("eval"));
    RunFolder.resume(run).close();
    Path link = run.resolve(name);
    Path elsewhere = temporary.resolve("elsewhere");
    if (!name.equals("eval/new")) {
      Files.writeString(elsewhere, "text");
    }
    Files.createSymbolicLink(link, elsewhere);
    assertThatThrownBy(() -> RunFolder.resume(run))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "%s is a link to %s, outside of the folder, where nothing may be written. Put a copy in"
                + " its place.",
            link, elsewhere);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a right there")
  void aLinkInThePlaceOfAHalfWrittenFileIsReplaced() throws IOException {
    Path elsewhere = Files.writeString(temporary.resolve("elsewhere"), "text");
    Files.createSymbolicLink(temporary.resolve("a.json.part"), elsewhere);
    JsonFiles.writeText(temporary.resolve("a.json"), "{}");
    assertThat(temporary.resolve("a.json")).isRegularFile().hasContent("{}");
    assertThat(elsewhere).hasContent("text");
  }

  @Test
  void onlyRunsAreOpenedAndReadersDoNotWrite() {
    assertThatThrownBy(() -> RunFolder.read(temporary.resolve("none")))
        .hasMessage(temporary.resolve("none") + " does not exist");
    assertThatThrownBy(() -> RunFolder.resume(temporary))
        .hasMessage(temporary + " is not a run folder: it has no manifest.json");
    try (RunFolder run = RunFolder.create(temporary.resolve("r"))) {
      run.writeManifest(manifest());
    }
    RunFolder reader = RunFolder.read(temporary.resolve("r"));
    assertThatThrownBy(() -> reader.writeRecipe("")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void onlyAFinishedRunGivesUpItsCheckpoint() throws IOException {
    try (RunFolder run = RunFolder.create(temporary.resolve("r"))) {
      Files.createDirectories(run.checkpoint());
      Files.writeString(run.checkpoint().resolve("state.safetensors"), "weights");
      run.writeManifest(manifest().with("interrupted", null));
      assertThatThrownBy(run::discardCheckpoint).hasMessage(run.path() + " isn't done");
      assertThat(run.checkpoint()).exists();
      run.writeManifest(manifest().with("done", null));
      run.discardCheckpoint();
      run.discardCheckpoint();
      assertThat(run.checkpoint()).doesNotExist();
    }
  }

  @Test
  void aStatusIsOneOfFour() {
    assertThatThrownBy(() -> manifest().with("finished", null))
        .hasMessage("status finished is not one of [running, interrupted, done, failed]");
  }
}
