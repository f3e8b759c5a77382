package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.engram.cli.Child;
import io.engram.cli.Cli;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunFolder;
import io.engram.core.run.SampleRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code engram unlearn --workers}: real processes with a tiny model. */
@Tag("recipe")
@Timeout(120)
final class WorkersTest {
  @TempDir Path folder;
  private Path recipe;

  @BeforeEach
  void recipe() throws IOException {
    recipe = folder.resolve("recipe.yaml");
    Files.writeString(
        recipe,
        """
        model: {path: '%s'}
        forget: {data: tofu:forget01, limit: 8}
        retain: {data: tofu:retain99, limit: 8}
        method: {name: npo, retain_weight: 1}
        optimizer: {learning_rate: 1.0e-4}
        budget: {epochs: 120, batch: 2, accumulate: 2}
        eval: {suites: []}
        """
            .formatted(Cli.TINY));
  }

  private Cli.Ran run(Object... arguments) throws Exception {
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    return Child.end(Child.of(out, err, List.of(arguments)).start(), out, err);
  }

  /** Processes that work on this test's recipe. */
  private List<ProcessHandle> working() {
    return ProcessHandle.allProcesses()
        .filter(p -> p.info().commandLine().orElse("").contains(folder.toString()))
        .toList();
  }

  private static void awaitNone(Supplier<List<ProcessHandle>> working) throws Exception {
    for (int i = 0; i < 100 && !working.get().isEmpty(); i++) {
      Thread.sleep(100);
    }
    assertThat(working.get()).isEmpty();
  }

  @Test
  void aRunByTwoProcesses() throws Exception {
    Path two = folder.resolve("two");
    Cli.Ran ran =
        run(
            "unlearn",
            recipe,
            "budget.epochs=3",
            "--workers",
            2,
            "--threads",
            2,
            "--json",
            "--out",
            two);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThatCode(() -> JsonFiles.mapper().readTree(ran.out())).doesNotThrowAnyException();
    assertThat(ran.out()).doesNotContain("Gloo").contains("\"updates\":6");
    Path one = folder.resolve("one");
    assertThat(
            Cli.run("unlearn", recipe, "budget.epochs=3", "--threads", 1, "--out", one).exitCode())
        .isZero();
    try (RunFolder a = RunFolder.read(two);
        RunFolder b = RunFolder.read(one)) {
      assertThat(a.samples().stream().map(SampleRow::drawn))
          .containsExactlyElementsOf(b.samples().stream().map(SampleRow::drawn).toList());
      assertThat(a.manifest().command()).contains("--workers 2");
    }
    awaitNone(this::working);
  }

  /** Waits until a run has made some updates. */
  private static void awaitUpdates(Path run, Path err) throws Exception {
    Path journal = run.resolve("journal.jsonl");
    for (int i = 0; i < 600; i++) {
      if (Files.exists(journal)
          && Files.readAllLines(journal).stream().filter(l -> l.contains("\"update\"")).count()
              > 4) {
        return;
      }
      Thread.sleep(50);
    }
    assertThat(Files.readString(err)).as("no updates within 30 s").isEmpty();
  }

  /** The second worker is killed; the run ends with a checkpoint, and one process goes on. */
  @Test
  void aKilledWorkerEndsTheRunAndOneProcessGoesOn() throws Exception {
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    Path run = folder.resolve("run");
    Process process =
        Child.of(
                out,
                err,
                List.of("unlearn", recipe, "--workers", "2", "--threads", "2", "--out", run))
            .start();
    awaitUpdates(run, err);
    List<ProcessHandle> children = process.children().toList();
    assertThat(children).hasSize(2);
    for (ProcessHandle child : children) {
      Path environment = Path.of("/proc", Long.toString(child.pid()), "environ");
      if (Files.readString(environment, StandardCharsets.ISO_8859_1).contains("ENGRAM_WORKER=1/")) {
        child.destroyForcibly();
      }
    }
    Cli.Ran ran = Child.end(process, out, err);
    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(4);
    assertThat(ran.err())
        .contains(
            "Worker 2 (process ",
            "Worker 1 of 2 can't reach the others any more",
            "engram unlearn --resume " + run);
    assertThat(run.resolve("checkpoint/position.json")).exists();
    awaitNone(this::working);
    Cli.Ran resumed = Cli.run("unlearn", "--resume", run, "--threads", "1");
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
  }

  /** A process that is killed takes its workers with it. */
  @Test
  void workersEndWithTheProcessThatStartedThem() throws Exception {
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    Path run = folder.resolve("run");
    Process process =
        Child.of(out, err, List.of("unlearn", recipe, "--workers", "2", "--out", run)).start();
    awaitUpdates(run, err);
    process.destroyForcibly().waitFor();
    awaitNone(this::working);
  }

  @Test
  void aSignalStopsAllAfterTheUpdate() throws Exception {
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    Path run = folder.resolve("run");
    Process process =
        Child.of(out, err, List.of("unlearn", recipe, "--workers", "2", "--out", run)).start();
    awaitUpdates(run, err);
    process.destroy();
    Cli.Ran ran = Child.end(process, out, err);
    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(130);
    assertThat(ran.err()).contains("To resume: engram unlearn --resume " + run);
    try (RunFolder read = RunFolder.read(run)) {
      assertThat(read.manifest().status()).isEqualTo("interrupted");
    }
    awaitNone(this::working);
  }

  @Test
  void anImpossibleNumber() {
    Cli.Ran none = Cli.run("unlearn", recipe, "--workers", "0");
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err()).contains("--workers 0: must be at least 1");
    Cli.Ran device = Cli.run("unlearn", recipe, "--workers", "2", "--device", "cuda:0");
    assertThat(device.exitCode()).isEqualTo(2);
    assertThat(device.err()).contains("--workers 2 with --device cuda:0");
  }
}
