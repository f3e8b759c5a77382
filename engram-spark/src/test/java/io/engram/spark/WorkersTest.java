package io.engram.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.run.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers of a group as tasks of a barrier stage, against the processes of one machine. */
final class WorkersTest {
  private static final List<Object> CLUSTER =
      List.of(
          "--spark",
          "local-cluster[2,1,1024]",
          "--spark-conf",
          "spark.executor.extraClassPath=" + System.getProperty("java.class.path"),
          "--spark-conf",
          "spark.ui.enabled=false");

  @TempDir Path folder;

  private Path recipe;

  @BeforeAll
  static void makeSparkHome() throws IOException {
    ClusterTest.makeSparkHome();
  }

  @BeforeEach
  void write() throws IOException {
    recipe = folder.resolve("recipe.yaml");
    Files.writeString(
        recipe,
        """
        model: {path: %s}
        forget: {data: "tofu:forget01"}
        retain: {data: "tofu:retain95"}
        method: {name: npo}
        optimizer: {learning_rate: 0.001}
        budget: {updates: 6, batch: 6}
        eval: {suites: [], limit: 3}
        """
            .formatted(Command.TINY));
  }

  private Command.Ran unlearn(String name, List<?> more, Object... last) {
    return Command.run(
        Stream.of(
                Stream.of("unlearn", recipe, "--out", folder.resolve(name)),
                more.stream(),
                Stream.of(last))
            .flatMap(all -> all)
            .toArray());
  }

  private String model(String name) {
    return Hashes.sha256(folder.resolve(name).resolve("model/model.safetensors"));
  }

  @Test
  void sameBytesAsTheWorkersOfOneMachine() {
    assertThat(unlearn("plain", List.of("--workers", 3, "--threads", 3)).exitCode()).isZero();
    Command.Ran ran = unlearn("spark", CLUSTER, "--workers", 3, "--threads", 1);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(model("spark")).isEqualTo(model("plain"));
    List<Object> here = List.of("--spark", "local[2]", "--workers", 3, "--threads", 1);
    assertThat(unlearn("local", here, "--shard-optimizer").exitCode()).isZero();
    assertThat(model("local")).isEqualTo(model("plain"));
  }

  /** The run ends with a checkpoint, from which one process goes on. */
  @Test
  void aLostExecutorEndsTheRun() throws IOException {
    Path run = folder.resolve("lost");
    Thread killer = new Thread(() -> killAfterAnUpdate(run.resolve("journal.jsonl")));
    killer.start();
    Command.Ran ran =
        unlearn("lost", CLUSTER, "--workers", 2, "--threads", 1, "budget.updates=2000");
    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(4);
    assertThat(ran.err()).contains("can't reach the others any more");
    assertThat(run.resolve("checkpoint")).isNotEmptyDirectory();
    assertThat(ClusterTest.executors()).isEmpty();
  }

  private static void killAfterAnUpdate(Path journal) {
    try {
      while (!Files.exists(journal)
          || !Files.readString(journal).contains("\"event\":\"update\",\"update\":3")) {
        Thread.sleep(5);
      }
      ClusterTest.executors().forEach(ProcessHandle::destroyForcibly);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void mistakes() {
    assertThat(unlearn("few", List.of("--workers", 4, "--spark", "local[2]")).err())
        .contains(
            "--workers 4 --spark local[2]: this process leads, and the other 3 must run at the same time, but Spark has room for 2 tasks.");
    assertThat(folder.resolve("few")).doesNotExist();
  }
}
