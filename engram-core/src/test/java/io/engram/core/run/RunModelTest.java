package io.engram.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RunModelTest {
  @TempDir Path temporary;

  private Path run(String name, String status, String command) {
    Path folder = temporary.resolve(name);
    try (RunFolder run = RunFolder.create(folder)) {
      Manifest own = RunFolderTest.manifest();
      run.writeManifest(
          new Manifest(
              own.engram(),
              command,
              own.recipeHash(),
              own.modelPath(),
              own.modelHash(),
              own.dataHashes(),
              own.device(),
              own.dtype(),
              own.template(),
              own.threads(),
              own.versions(),
              own.startedAt(),
              null,
              status));
    }
    return folder;
  }

  @Test
  void aRunStandsForItsModelElseItsAdapter() throws IOException {
    Path run = run("one", "done", "engram unlearn r.yaml");
    assertThat(RunModel.isRun(run)).isTrue();
    Files.createDirectory(run.resolve("adapter"));
    assertThat(RunModel.of(run)).isEqualTo(run.resolve("adapter"));
    Files.createDirectory(run.resolve("model"));
    assertThat(RunModel.of(run)).isEqualTo(run.resolve("model"));
  }

  @Test
  void theResultIsTheModelOfTheBestRun() throws IOException {
    Path run = run("first", "done", "engram forget m r.jsonl --audit");
    Files.createDirectory(run.resolve("model"));
    assertThat(RunModel.best(run)).isEqualTo(run);
    assertThat(RunModel.result(run)).isEqualTo(run.resolve("model"));
    Path deeper = run("first/stronger-2", "done", "engram forget m r.jsonl");
    Files.createDirectory(deeper.resolve("model"));
    Files.writeString(run.resolve("stronger"), "stronger-2\n");
    assertThat(RunModel.best(run)).isEqualTo(deeper);
    assertThat(RunModel.result(run)).isEqualTo(deeper.resolve("model"));
    assertThat(RunModel.of(run)).isEqualTo(run.resolve("model"));
  }

  /** A folder from elsewhere could name any other, whose model would then be taken. */
  @ParameterizedTest
  @ValueSource(strings = {"..", "../x", "/etc", "stronger-1/../..", "", "a\u0000b"})
  void theBestRunIsInsideTheFolder(String name) throws IOException {
    Files.writeString(temporary.resolve("stronger"), name);
    assertThatThrownBy(() -> RunModel.best(temporary))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("is not a run in this folder");
  }

  @Test
  void aModelWithAManifestOfItsOwnIsNotARun() throws IOException {
    Path model = Files.createDirectory(temporary.resolve("model"));
    Files.writeString(model.resolve("manifest.json"), "{}");
    Files.writeString(model.resolve("config.json"), "{}");
    assertThat(RunModel.isRun(model)).isFalse();
    assertThat(RunModel.isRun(temporary.resolve("nothing"))).isFalse();
  }

  @Test
  void whyARunHasNoModelIsSaid() {
    Path stopped = run("stopped", "interrupted", "engram unlearn r.yaml");
    assertRefused(
        stopped,
        " holds no model yet: its run was stopped.\nTo finish it: engram unlearn --resume "
            + stopped);
    Path running = run("running", "running", "engram finetune r.yaml");
    assertRefused(
        running,
        " holds no model yet: its run isn't finished.\nIf it isn't running any more: engram"
            + " finetune --resume "
            + running);
    Path failed = run("failed", "failed", "engram unlearn r.yaml");
    assertRefused(
        failed,
        " holds no model: its run failed.\nTo try again: engram unlearn --resume " + failed);
    assertRefused(
        run("deleted", "done", "engram unlearn r.yaml"),
        " holds no model any more: its model/ (or adapter/) was deleted.");
    assertRefused(
        run("evaluation", "done", "engram eval mini --out evaluation"),
        " is the folder of an evaluation, which produces no model; it measured mini.");
  }

  private static void assertRefused(Path folder, String message) {
    assertThatThrownBy(() -> RunModel.of(folder))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(3))
        .hasMessage(folder + message);
  }

  @Test
  void ofSeveralRunsOneHasToBeNamed() {
    assertThatCode(() -> RunModel.requireSingle(temporary)).doesNotThrowAnyException();
    for (int seed = 42; seed < 46; seed++) {
      run("trial-" + seed, "done", "engram unlearn r.yaml");
    }
    assertThatThrownBy(() -> RunModel.requireSingle(temporary))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessage(
            "%s holds 4 runs (trial-42, trial-43, trial-44, …), not one model.%nName one of them, such as %s."
                .formatted(temporary, temporary.resolve("trial-42")));
  }
}
