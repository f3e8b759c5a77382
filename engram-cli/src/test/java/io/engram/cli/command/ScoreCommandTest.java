package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.cli.Cli;
import io.engram.core.run.JsonFiles;
import io.engram.model.tensor.Compute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

final class ScoreCommandTest {
  @TempDir Path folder;

  @Test
  void writesALineASampleWithItsLabelledTokens() throws Exception {
    Path out = folder.resolve("scores.jsonl");
    Cli.Ran ran =
        Cli.run("score", Cli.TINY, "tofu:forget01", "--limit", 3, "--out", out, "--threads", 1);
    assertThat(ran.err()).contains("3 rows written to " + out);
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).isEmpty();
    List<String> lines = Files.readAllLines(out);
    assertThat(lines).hasSize(3);
    JsonNode first = JsonFiles.mapper().readTree(lines.get(0));
    assertThat(first.propertyNames())
        .containsExactly("id", "tokens", "log_prob", "token_ids", "token_log_probs");
    assertThat(first.path("id").asString()).isEqualTo("0");
    assertThat(first.path("token_ids").size()).isEqualTo(first.path("tokens").asInt());
    double sum = 0;
    for (JsonNode logProb : first.path("token_log_probs")) {
      sum += logProb.asDouble();
    }
    assertThat(first.path("log_prob").asDouble()).isCloseTo(sum, within(1e-12));
  }

  /** Where the processor has no bfloat16, it says so; elsewhere the numbers are nearly the same. */
  @Test
  void productsInBfloat16() throws Exception {
    Path exact = folder.resolve("exact.jsonl");
    Path rounded = folder.resolve("rounded.jsonl");
    assertThat(Cli.run("score", "mini", "tofu:forget01", "--limit", 4, "--out", exact).exitCode())
        .isZero();
    Cli.Ran ran =
        Cli.run(
            "score", "mini", "tofu:forget01", "--limit", 4, "--compute", "bf16", "--out", rounded);
    assertThat(Compute.current()).isEqualTo(Compute.FLOAT32);
    if (ran.exitCode() == 2) {
      assertThat(ran.err()).contains("--compute bf16: this processor has neither AMX nor");
      assertThat(rounded).doesNotExist();
      return;
    }
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.err()).contains("Products are computed in bfloat16");
    assertThat(Files.readString(rounded)).isNotEqualTo(Files.readString(exact));
    List<String> rows = Files.readAllLines(exact);
    for (int i = 0; i < rows.size(); i++) {
      JsonNode own = JsonFiles.mapper().readTree(rows.get(i));
      JsonNode other = JsonFiles.mapper().readTree(Files.readAllLines(rounded).get(i));
      assertThat(other.path("log_prob").asDouble() / own.path("tokens").asInt())
          .isCloseTo(own.path("log_prob").asDouble() / own.path("tokens").asInt(), within(0.05));
    }
  }

  @Test
  void withoutItsModuleSparkIsOneMessage() {
    Cli.Ran ran = Cli.run("score", Cli.TINY, "tofu:forget01", "--spark", "local[2]");
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err())
        .isEqualTo(
            """
            engram: --spark local[2]: the module engram-spark, or Spark itself, isn't on the class path.
            Start this command with the launcher engram-spark/engram-spark instead of engram; engram-spark/README.md tells how.
            """);
  }

  @Test
  void booksAreCutIntoPiecesOfWhichSomeAreDrawn() {
    Cli.Ran ran =
        Cli.run(
            "score",
            "mini",
            "book:data/books/moby-dick.txt",
            "--chunk-tokens",
            64,
            "--draw-samples",
            3,
            "--json",
            "--quiet");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    JsonNode samples = JsonFiles.mapper().readTree(ran.out()).path("samples");
    assertThat(samples).hasSize(3);
    for (JsonNode sample : samples) {
      assertThat(sample.path("id").asString()).startsWith("0#");
      assertThat(sample.path("tokens").asInt()).isBetween(55, 63);
    }
  }

  @Test
  void theNumberFormatOfTheWeightsCanBeChosen() {
    for (String dtype : List.of("auto", "float32", "bfloat16")) {
      Cli.Ran ran =
          Cli.run("score", Cli.TINY, "tofu:forget01", "--limit", 1, "--dtype", dtype, "--json");
      assertThat(ran.exitCode()).as(ran.err()).isZero();
      assertThat(ran.err()).contains(dtype.equals("auto") ? "float32 on cpu" : dtype + " on cpu");
    }
  }

  @Test
  void jsonIsOneObjectWithTheSameRows() {
    Cli.Ran ran =
        Cli.run(
            "score",
            Cli.TINY,
            "tofu:forget01",
            "--where",
            "id::int in (3, 5)",
            "--json",
            "--quiet");
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.err()).isEmpty();
    JsonNode samples = JsonFiles.mapper().readTree(ran.out()).path("samples");
    assertThat(samples.size()).isEqualTo(2);
    assertThat(samples.get(1).path("id").asString()).isEqualTo("5");
  }

  @Test
  void idsAreTakenAsTheyAre() throws Exception {
    Path data = folder.resolve("ids.jsonl");
    Files.writeString(data, "{\"id\":\"a\",\"prompt_ids\":[5,6],\"answer_ids\":[7,8,9]}\n");
    Cli.Ran ran = Cli.run("score", Cli.TINY, data, "--json", "--quiet");
    assertThat(ran.err()).isEmpty();
    JsonNode row = JsonFiles.mapper().readTree(ran.out()).path("samples").get(0);
    assertThat(row.path("tokens").asInt()).isEqualTo(3);
    assertThat(row.path("token_ids").toString()).isEqualTo("[7,8,9]");
  }

  @Test
  void aTableWithoutJson() {
    Cli.Ran ran = Cli.run("score", Cli.TINY, "tofu:forget01", "--limit", 1);
    assertThat(ran.out()).startsWith("id  tokens  log_prob  per token\n0   ");
    assertThat(ran.err()).contains("Scoring: 1 samples");
  }
}
