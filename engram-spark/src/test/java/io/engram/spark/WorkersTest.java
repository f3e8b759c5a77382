package io.engram.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers of a group as tasks of a barrier stage, against the processes of one machine. */
final class WorkersTest {
  private static final List<Object> CLUSTER = SmallRecipe.cluster(2);
  private static final String THIRD_UPDATE = "\"event\":\"update\",\"update\":3";

  @TempDir Path folder;

  private SmallRecipe recipe;

  @BeforeEach
  void write() throws IOException {
    recipe =
        SmallRecipe.write(
            folder, "budget: {updates: 6, batch: 6}\neval: {suites: [], limit: 3}\n");
  }

  @Test
  void sameBytesAsTheWorkersOfOneMachine() throws IOException {
    assertThat(recipe.unlearn("plain", List.of("--workers", 3, "--threads", 3)).exitCode())
        .isZero();
    Command.Ran ran = recipe.unlearn("spark", CLUSTER, "--workers", 3, "--threads", 1);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(recipe.results("spark")).isEqualTo(recipe.results("plain")).isNotEmpty();
    List<Object> here = List.of("--spark", "local[2]", "--workers", 3, "--threads", 1);
    assertThat(recipe.unlearn("local", here, "--shard-optimizer").exitCode()).isZero();
    assertThat(recipe.results("local")).isEqualTo(recipe.results("plain"));
  }

  /** The run ends with a checkpoint, from which one process goes on. */
  @Test
  void aLostExecutorEndsTheRun() {
    recipe.once(
        "lost",
        THIRD_UPDATE,
        () -> ClusterTest.executors().forEach(ProcessHandle::destroyForcibly));
    ends("lost", "can't reach the others any more");
  }

  /** As behind a network that is parted: its connections stay open, and nothing comes. */
  @Test
  void anExecutorThatFallsSilentEndsTheRunWithinAMinute() {
    long[] stopped = new long[1];
    recipe.once(
        "silent",
        THIRD_UPDATE,
        () -> {
          stopped[0] = System.nanoTime();
          ClusterTest.executors().forEach(WorkersTest::stop);
        });
    ends("silent", "worker 2 has fallen silent");
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - stopped[0])).isLessThan(60);
  }

  private static void stop(ProcessHandle process) {
    try {
      new ProcessBuilder("kill", "-STOP", Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ends(String name, String message) {
    Command.Ran ran =
        recipe.unlearn(name, CLUSTER, "--workers", 2, "--threads", 1, "budget.updates=2000");
    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(4);
    assertThat(ran.err()).contains(message);
    assertThat(recipe.run(name).resolve("checkpoint")).isNotEmptyDirectory();
    assertThat(ClusterTest.executors()).isEmpty();
  }

  @Test
  void mistakes() {
    assertThat(recipe.unlearn("few", List.of("--workers", 4, "--spark", "local[2]")).err())
        .contains(
            "--workers 4 --spark local[2]: this process leads, and the other 3 must run at the same time, but Spark has room for 2 tasks.");
    assertThat(recipe.run("few")).doesNotExist();
  }
}
