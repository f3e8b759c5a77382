package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

final class UnlearnCommandTest {
  @TempDir Path folder;

  @Test
  void makesARunWhoseModelCanBeUsed() throws Exception {
    Path run = folder.resolve("run");
    Path recipe =
        recipe(
            """
            forget: {data: tofu:forget01}
            method: {name: ga}
            order: {name: mrd, estimator: {draws: 2, sigma: 0.01}}
            """);
    Cli.Ran ran = Cli.run("unlearn", recipe, "budget.updates=2", "--out", run, "--json");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    JsonNode result = JsonFiles.mapper().readTree(ran.out());
    assertThat(result.path("status").asString()).isEqualTo("done");
    assertThat(result.path("updates").asInt()).isEqualTo(2);
    try (RunFolder written = RunFolder.read(run)) {
      assertThat(written.manifest().command()).startsWith("engram unlearn ").contains("--json");
      assertThat(written.samples()).hasSize(40);
      assertThat(written.mrd(0)).hasSize(40);
    }
    assertThat(run.resolve("report.html")).exists();
    assertThat(Cli.run("score", run.resolve("model"), "tofu:forget01", "--limit", 1).exitCode())
        .isZero();
    Cli.Ran evaluated = Cli.run("eval", run, "--limit", 1, "--json", "--quiet");
    assertThat(evaluated.exitCode()).as(evaluated.err()).isZero();
    JsonNode first = JsonFiles.mapper().readTree(evaluated.out()).path("measurements").get(0);
    assertThat(first.path("stage").asString()).isEqualTo("after");
    Path encoder = Cli.TINY.resolveSibling("../encoder/sentence-bert").normalize();
    Path out = folder.resolve("evaluation");
    Cli.Ran judged = Cli.run("eval", run, "--limit", 1, "--encoder", encoder, "--out", out);
    assertThat(judged.exitCode()).as(judged.err()).isZero();
    assertThat(judged.out()).contains("Judged by sentence-bert, sha256 ");
    assertThat(judged.err()).contains("tofu measured on [forget01_perturbed, ");
    assertThat(out.resolve("recipe.yaml")).content().contains("sentence-bert");
    Cli.Ran held = Cli.run("eval", run, "--suite", "memorization", "--limit", 2);
    assertThat(held.err()).contains("memorization measured on what the run forgets, n = 2");
    Cli.Ran none = Cli.run("eval", run, "--encoder", Cli.TINY);
    assertThat(none.exitCode()).isEqualTo(3);
    assertThat(none.err()).contains("eval.encoder = ", "is no sentence encoder");
    Path page = folder.resolve("page.html");
    assertThat(Cli.run("report", run, "--out", page).exitCode()).isZero();
    assertThat(page).exists();
  }

  @Test
  void aFinishedRunIsNotResumed() throws Exception {
    Path run = folder.resolve("run");
    Path recipe = recipe("train: {data: tofu:forget01}\n");
    assertThat(Cli.run("finetune", recipe, "--out", run, "--quiet").exitCode()).isZero();
    Cli.Ran again = Cli.run("finetune", "--resume", run);
    assertThat(again.exitCode()).isEqualTo(2);
    assertThat(again.err()).contains("finished run");
  }

  private Path recipe(String sections) throws Exception {
    return Files.writeString(
        folder.resolve("recipe.yaml"),
        """
        model: {path: '%s'}
        budget: {updates: 1, batch: 2, accumulate: 1}
        eval: {suites: []}
        """
                .formatted(Cli.TINY)
            + sections);
  }
}
