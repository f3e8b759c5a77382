package io.engram.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
        SmallRecipe.write(folder, "budget: {updates: 6, batch: 6}\neval: {suites: [], limit: 3}\n");
  }

  @Test
  void sameBytesAsTheWorkersOfOneMachine() throws IOException {
    assertThat(recipe.unlearn("plain", List.of("--workers", 3, "--threads", 3)).exitCode())
        .isZero();
    Command.Ran ran = recipe.unlearn("spark", CLUSTER, "--workers", 3, "--threads", 1);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(model("spark")).isEqualTo(model("plain")).isNotNull();
    List<Object> here = List.of("--spark", "local[2]", "--workers", 3, "--threads", 1);
    assertThat(recipe.unlearn("local", here, "--shard-optimizer").exitCode()).isZero();
    assertThat(model("local")).isEqualTo(model("plain"));
  }

  private @Nullable String model(String name) throws IOException {
    return recipe.results(name).get("model/model.safetensors");
  }

  /** The run ends with a checkpoint, from which one process goes on. */
  @Test
  void aLostExecutorEndsTheRun() throws InterruptedException {
    recipe.once(
        "lost",
        THIRD_UPDATE,
        () -> ClusterTest.executors().forEach(ProcessHandle::destroyForcibly));
    ends("lost", "can't reach the others any more");
  }

  /** As behind a network that is parted: its connections stay open, and nothing comes. */
  @Test
  void anExecutorThatFallsSilentEndsTheRunWithinAMinute() throws InterruptedException {
    long[] stopped = new long[1];
    recipe.once(
        "silent",
        THIRD_UPDATE,
        () -> {
          stopped[0] = System.nanoTime();
          ClusterTest.executors().forEach(WorkersTest::stop);
        });
    long ended = ends("silent", "worker 2 has fallen silent");
    assertThat(TimeUnit.NANOSECONDS.toSeconds(ended - stopped[0])).isBetween(0L, 59L);
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

  /** Checks how a run ends; returns when, in nanoseconds. */
  private long ends(String name, String message) throws InterruptedException {
    Command.Ran ran =
        recipe.unlearn(name, CLUSTER, "--workers", 2, "--threads", 1, "budget.updates=2000");
    long ended = System.nanoTime();
    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(4);
    assertThat(ran.err()).contains(message);
    assertThat(recipe.run(name).resolve("checkpoint")).isNotEmptyDirectory();
    ClusterTest.awaitNoExecutors();
    return ended;
  }

  @Test
  void mistakes() {
    assertThat(recipe.unlearn("few", List.of("--workers", 4, "--spark", "local[2]")).err())
        .contains(
            "--workers 4 --spark local[2]: this process leads, and the other 3 must run at the same time, but Spark has room for 2 tasks.");
    assertThat(recipe.run("few")).doesNotExist();
  }
}
