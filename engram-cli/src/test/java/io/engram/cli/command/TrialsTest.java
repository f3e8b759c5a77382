package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code trials} of a recipe, from the command line. */
@Tag("recipe")
final class TrialsTest {
  @TempDir Path folder;

  @Test
  void aSeedEachAndWhatIsDoneIsNeverMadeAgain() throws Exception {
    Path out = folder.resolve("runs");
    Path recipe = recipe();
    Cli.Ran ran = Cli.run("unlearn", recipe, "trials=2", "seed=7", "--out", out);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.err()).contains("Trial 2 of 2, seed 8");
    assertThat(ran.out()).contains("after: mean ± SD of 2 trials");
    String journal = Files.readString(out.resolve("trial-8/journal.jsonl"));
    assertThat(journal).contains("which measured it");
    try (RunFolder second = RunFolder.read(out.resolve("trial-8"))) {
      assertThat(second.recipe()).contains("seed: 8", "trials: 1");
      assertThat(second.manifest().status()).isEqualTo("done");
    }
    assertThat(Files.readAllBytes(out.resolve("trial-8/model/model.safetensors")))
        .isNotEqualTo(Files.readAllBytes(out.resolve("trial-7/model/model.safetensors")));
    assertThat(out.resolve("report.html")).exists();
    assertThat(out.resolve("trial-8/checkpoint")).doesNotExist();

    Cli.Ran again = Cli.run("unlearn", "--resume", out, "--json");
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.err()).contains("Trial 1 of 2, seed 7: already done");
    JsonNode first = JsonFiles.mapper().readTree(again.out()).path("measurements").get(0);
    assertThat(first.path("n").asInt()).isEqualTo(2);
    assertThat(Files.readString(out.resolve("trial-8/journal.jsonl"))).isEqualTo(journal);

    Cli.Ran more = Cli.run("unlearn", recipe, "trials=3", "seed=7", "--out", out);
    assertThat(more.exitCode()).as(more.err()).isZero();
    assertThat(more.err()).contains("Trial 2 of 3, seed 8: already done", "Trial 3 of 3, seed 9");
    assertThat(Files.readString(out.resolve("trial-8/journal.jsonl"))).isEqualTo(journal);

    Cli.Ran other = Cli.run("unlearn", recipe, "trials=2", "seed=9", "--out", out);
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.err()).contains("holds the trials of another recipe");
  }

  /** What runs beside others is what it would be alone on one thread, byte for byte. */
  @Test
  void sideBySideAThreadEach() throws Exception {
    Path recipe = recipe();
    Path out = folder.resolve("beside");
    Cli.Ran ran = Cli.run("unlearn", recipe, "trials=4", "seed=7", "--threads", "2", "--out", out);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.err()).contains("Trial 4 of 4, seed 10", "trial-10: ga, epoch 1");
    assertThat(ran.err()).doesNotContain("trial-7: ga");
    Path alone = folder.resolve("alone");
    Cli.Ran single = Cli.run("unlearn", recipe, "seed=10", "--threads", "1", "--out", alone);
    assertThat(single.exitCode()).as(single.err()).isZero();
    Path beside = out.resolve("trial-10");
    for (String file : List.of("model/model.safetensors", "samples.jsonl")) {
      assertThat(beside.resolve(file)).hasSameBinaryContentAs(alone.resolve(file));
    }
    try (RunFolder first = RunFolder.read(out.resolve("trial-7"));
        RunFolder last = RunFolder.read(beside)) {
      assertThat(first.manifest().threads()).isEqualTo(2);
      assertThat(last.manifest().threads()).isEqualTo(1);
    }
  }

  @Test
  void ordersAreComparedByPairsOfEqualSeed() throws Exception {
    Path recipe = recipe();
    Path uniform = folder.resolve("uniform");
    Path replaced = folder.resolve("replaced");
    assertThat(Cli.run("unlearn", recipe, "trials=2", "seed=7", "--out", uniform).exitCode())
        .isZero();
    Cli.Ran other =
        Cli.run(
            "unlearn", recipe, "trials=2", "seed=8", "order.replacement=true", "--out", replaced);
    assertThat(other.exitCode()).as(other.err()).isZero();
    Path page = folder.resolve("page.html");
    Cli.Ran report = Cli.run("report", uniform, replaced, "--out", page, "--json");
    assertThat(report.exitCode()).as(report.err()).isZero();
    JsonNode orders = JsonFiles.mapper().readTree(report.out()).path("orders").get(0);
    assertThat(orders.path("baseline").asString()).isEqualTo("uniform order");
    assertThat(orders.path("order").asString()).isEqualTo("uniform order with replacement");
    assertThat(orders.path("seeds").valueStream().map(JsonNode::asString)).containsExactly("8");
    assertThat(orders.path("measures").get(0).path("low").isNull()).isTrue();
    assertThat(Files.readString(page)).contains("This is one pair of runs (seed 8)");
    assertThat(Cli.run("report", uniform, replaced, "--out", page).out())
        .contains(
            "Uniform order with replacement against uniform order, ga, 1 pair with the same seed (8)")
        .endsWith(page + System.lineSeparator());
  }

  private Path recipe() throws Exception {
    return Files.writeString(
        folder.resolve("recipe.yaml"),
        """
        model: {path: '%s'}
        forget: {data: tofu:forget01}
        method: {name: ga}
        optimizer: {learning_rate: 0.01}
        budget: {updates: 2, batch: 2, accumulate: 1}
        eval: {suites: [tofu], limit: 1}
        """
            .formatted(Cli.TINY));
  }
}
