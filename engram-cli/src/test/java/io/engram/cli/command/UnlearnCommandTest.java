package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
    Cli.Ran ran =
        Cli.run("unlearn", recipe, "budget.updates=2", "eval.limit=3", "--out", run, "--json");
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
    Cli.Ran scored = Cli.run("score", run, "tofu:forget01", "--limit", 1, "--json");
    assertThat(scored.exitCode()).as(scored.err()).isZero();
    assertThat(scored.out())
        .isEqualTo(
            Cli.run("score", run.resolve("model"), "tofu:forget01", "--limit", 1, "--json").out());
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
    assertThat(Cli.run("generate", out, "--prompt", "Who?").err())
        .contains("is the folder of an evaluation, which produces no model; it measured " + run);
    Cli.Ran held = Cli.run("eval", run, "--suite", "memorization", "--limit", 2);
    assertThat(held.err()).contains("memorization measured on what the run forgets, n = 2");
    Cli.Ran asInRun = Cli.run("eval", run, "--suite", "memorization");
    assertThat(asInRun.err()).contains("memorization measured on what the run forgets, n = 3");
    Cli.Ran none = Cli.run("eval", run, "--encoder", Cli.TINY);
    assertThat(none.exitCode()).isEqualTo(3);
    assertThat(none.err()).contains("eval.encoder = ", "isn't a sentence encoder");
    Path page = folder.resolve("page.html");
    assertThat(Cli.run("report", run, "--out", page).exitCode()).isZero();
    assertThat(page).exists();
  }

  @Test
  void aRunOfWhichOnlyTheAdapterIsLeftIsAModelWithTheRunsTemplate() throws Exception {
    Path run = folder.resolve("lora");
    Path recipe =
        recipe(
            """
            forget: {data: tofu:forget01}
            method: {name: ga}
            scope: {train: lora, rank: 2, targets: [q_proj], merge: false}
            """);
    Cli.Ran ran = Cli.run("unlearn", recipe, "model.template=llama2-chat", "--out", run, "--quiet");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(run.resolve("model")).doesNotExist();
    Cli.Ran answer = Cli.run("generate", run, "--prompt", "Who?", "--max-new-tokens", 1, "--json");
    assertThat(answer.exitCode()).as(answer.err()).isZero();
    assertThat(answer.out()).contains("[INST] Who? [/INST]");
    Cli.Ran plain =
        Cli.run(
            "generate",
            run,
            "--prompt",
            "Who?",
            "--max-new-tokens",
            1,
            "--json",
            "--template",
            "plain");
    assertThat(plain.out()).contains("Question: Who?");
    Path again = folder.resolve("again");
    Cli.Ran further = Cli.run("unlearn", recipe, "model.path='" + run + "'", "--out", again);
    assertThat(further.exitCode()).as(further.err()).isZero();
    Path merged = folder.resolve("merged");
    assertThat(Cli.run("convert", run, merged).exitCode()).isZero();
    assertThat(merged.resolve("config.json")).exists();
    Cli.Ran many = Cli.run("score", folder, "tofu:forget01");
    assertThat(many.exitCode()).isEqualTo(2);
    assertThat(many.err()).contains("holds 2 runs (again, lora), not one model.");
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

  @Test
  void aFinishedRunWithoutItsReportGetsOne() throws Exception {
    Path run = folder.resolve("run");
    Path recipe = recipe("forget: {data: tofu:forget01, limit: 2}\nmethod: {name: ga}\n");
    assertThat(Cli.run("unlearn", recipe, "--out", run, "--quiet").exitCode()).isZero();
    assertThat(Cli.run("unlearn", "--resume", run).exitCode()).isEqualTo(2);
    Files.delete(run.resolve("report.html"));
    Cli.Ran again = Cli.run("unlearn", "--resume", run);
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.err()).contains("1 updates in ");
    assertThat(run.resolve("report.html")).exists();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--seed 7", "--dtype bfloat16", "--template chat", "--base mini", "--out other"})
  void whatARunWasBegunWithIsNotChangedWhenItIsResumed(String option) throws Exception {
    Path run = folder.resolve("run");
    Path recipe = recipe("forget: {data: tofu:forget01, limit: 2}\nmethod: {name: ga}\n");
    assertThat(Cli.run("unlearn", recipe, "--out", run, "--quiet").exitCode()).isZero();
    Files.delete(run.resolve("report.html")); // So there is something to do.
    List<Object> words = new ArrayList<>(List.of("unlearn", "--resume", run));
    words.addAll(List.of(option.split(" ", -1)));
    Cli.Ran ran = Cli.run(words.toArray());
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err())
        .contains(
            "--resume takes what the run was begun with from its folder: leave out "
                + option.split(" ", -1)[0]);
    assertThat(run.resolve("report.html")).doesNotExist();
    Cli.Ran how =
        Cli.run(
            "unlearn",
            "--resume",
            run,
            "--threads",
            "1",
            "--batch-tokens",
            "512",
            "--device",
            "cpu",
            "--ignore-memory",
            "--workers",
            "1");
    assertThat(how.exitCode()).as(how.err()).isZero();
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
