package io.engram.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What tasks in this process compute, against the plain command. */
final class SameBytesTest {
  @TempDir Path folder;

  /** A number of threads cuts batches; who computes them, and how many at a time, is another. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void ofLogProbabilities(int threads) throws IOException {
    List<Object> command =
        List.of("score", Command.TINY, "tofu:forget05", "--threads", threads, "--limit", 60);
    String plain = Command.written(folder, command);
    assertThat(Command.written(folder, command, "--spark", "local[2]")).isEqualTo(plain);
    assertThat(Command.written(folder, command, "--spark", "local[1]")).isEqualTo(plain);
  }

  @ParameterizedTest
  @ValueSource(strings = {"antithetic", "paper", "activation", "gradient", "gauss_newton"})
  void ofDifficulty(String estimator) throws IOException {
    List<Object> command =
        List.of(
            "mrd",
            Command.TINY,
            "tofu:forget01",
            "--estimator",
            estimator,
            "--draws",
            4,
            "--sigma",
            0.01,
            "--threads",
            2,
            "--limit",
            12,
            "--batch-tokens",
            256);
    assertThat(Command.written(folder, command, "--spark", "local[2]"))
        .isEqualTo(Command.written(folder, command));
  }

  @ParameterizedTest
  @ValueSource(strings = {"loss_mean", "gradient_norm", "extraction_likelihood"})
  void ofOtherScores(String score) throws IOException {
    List<Object> command =
        List.of(
            "mrd",
            Command.TINY,
            "tofu:forget01",
            "--estimator",
            score,
            "--threads",
            2,
            "--limit",
            12);
    assertThat(Command.written(folder, command, "--spark", "local[2]"))
        .isEqualTo(Command.written(folder, command));
  }

  @Test
  void ofAnswers() throws IOException {
    List<Object> command =
        List.of("generate", Command.TINY, "tofu:forget01", "--max-new-tokens", 12, "--threads", 2);
    assertThat(Command.written(folder, command, "--spark", "local[2]"))
        .isEqualTo(Command.written(folder, command));
  }

  @Test
  void ofMeasurements() throws IOException {
    List<Object> command =
        List.of("eval", Command.TINY, "--suite", "tofu,memorization:tofu:forget01", "--limit", 4);
    List<Object> more = List.of("--threads", 2, "eval.retrained=" + Command.TINY);
    Map<String, String> plain = Command.folder(folder, "eval", command, more);
    assertThat(plain).containsKeys("forget.jsonl", "memorization.jsonl");
    assertThat(
            Command.folder(
                folder, "eval", command, more, "--spark", "local[2]", "--spark-conf", Jobs.LISTENS))
        .isEqualTo(plain);
    assertThat(Jobs.started()).isGreaterThan(3);
  }

  /** An attack that only reads runs on Spark, one that changes weights here, in turn. */
  @Test
  void ofAttacks() throws IOException {
    List<Object> command =
        List.of(
            "audit",
            "--model",
            Command.TINY,
            "--before",
            Command.TINY,
            "--requests",
            "tofu:forget01");
    List<Object> more =
        List.of("--template", "plain", "--threads", 2, "--attacks", "int8,membership,prefix");
    Map<String, String> plain = Command.folder(folder, "audit", command, more);
    assertThat(plain).containsKeys("none.jsonl", "int8.jsonl", "membership.jsonl", "prefix.jsonl");
    assertThat(
            Command.folder(
                folder,
                "audit",
                command,
                more,
                "--spark",
                "local[2]",
                "--spark-conf",
                Jobs.LISTENS))
        .isEqualTo(plain);
    assertThat(Jobs.started()).isGreaterThan(3);
  }

  @Test
  void aScoreThatTrainsIsRejected() {
    Command.Ran ran =
        Command.run(
            "mrd", Command.TINY, "tofu:forget01", "--estimator", "rehearsal", "--spark", "local");
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err()).contains("--spark: rehearsal trains the model");
  }

  @Test
  void sparkConfNeedsAMaster() {
    Command.Ran ran =
        Command.run("score", Command.TINY, "tofu:forget01", "--spark-conf", "spark.task.cpus=2");
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err()).contains("--spark-conf needs --spark MASTER");
  }

  @Test
  void aMasterThatSparkDoesNotKnowIsOneMessage() {
    Command.Ran ran =
        Command.run("score", Command.TINY, "tofu:forget01", "--limit", 1, "--spark", "sprak://x");
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err())
        .contains("--spark sprak://x: Spark 4.2.0 could not be started there")
        .contains("Check the address");
  }
}
