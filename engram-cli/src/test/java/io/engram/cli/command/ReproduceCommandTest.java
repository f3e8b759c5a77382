package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import io.engram.core.run.JsonFiles;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code engram reproduce} with a tiny model in mini's place. */
@Tag("recipe")
final class ReproduceCommandTest {
  @TempDir Path folder;

  @Test
  void aTableIsMadeOnceAndSetBesideThePapers() throws Exception {
    Path out = folder.resolve("table1");
    Object[] command = {
      "reproduce",
      "table1",
      "--trials",
      "2",
      "--json",
      "--out",
      out,
      "model.path='" + Cli.TINY + "'",
      "forget.data=tofu:forget01",
      "budget={updates: 1, batch: 2, accumulate: 1}",
      "optimizer.warmup_updates=0",
      "order.estimator={name: antithetic, draws: 2, sigma: 0.01}",
      "eval.limit=1"
    };
    Cli.Ran ran = Cli.run(command);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    JsonNode study = JsonFiles.mapper().readTree(ran.out()).path("study");
    assertThat(study.path("facts").get(0).path("value").asString()).isEqualTo("tofu:forget01");
    assertThat(study.path("facts").get(0).path("note").asString())
        .isEqualTo("rows of each evaluation set: the first 1");
    assertThat(study.path("tables")).hasSize(3);
    assertThat(study.path("tables").get(0).path("rows")).hasSize(9);
    assertThat(study.path("tables").get(0).path("rows").get(0).get(1).asString())
        .endsWith("(0.1475)");
    assertThat(study.path("tables").get(2).path("rows")).hasSize(8);
    assertThat(out.resolve("study.html")).exists();
    assertThat(out.resolve("npo-mrd/trial-43/measurements.jsonl")).exists();

    Cli.Ran again = Cli.run(command);
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.out()).isEqualTo(ran.out());
    assertThat(again.err()).contains("Trial 2 of 2, seed 43: already done");
  }

  @Test
  void whatAsksForNothingIsRefused() {
    Cli.Ran whole = Cli.run("reproduce", "table1", "--samples", "3", "--out", folder);
    assertThat(whole.exitCode()).isEqualTo(2);
    assertThat(whole.err()).contains("--samples 3: table1 uses whole sets; eval.limit=3");
    Cli.Ran one = Cli.run("reproduce", "figure5", "--samples", "1", "--out", folder);
    assertThat(one.exitCode()).isEqualTo(2);
    assertThat(one.err()).contains("--samples 1: must be 2 or more");
    Cli.Ran key = Cli.run("reproduce", "table1", "trials=3", "--out", folder);
    assertThat(key.exitCode()).isEqualTo(2);
    assertThat(key.err()).contains("trials=3: use --trials 3 instead");
    Cli.Ran suites = Cli.run("reproduce", "figure2", "eval.suites=[memorization]", "--out", folder);
    assertThat(suites.exitCode()).isEqualTo(2);
    assertThat(suites.err())
        .contains(
            "figure2 shows tofu.model_utility_mean from the suite tofu, which eval.suites ="
                + " [memorization] lacks");
  }

  @Test
  void whatCanNotBeReproducedIsSaid() {
    Cli.Ran none = Cli.run("reproduce", "table9");
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err()).contains("table9 is not an experiment of the paper", "table1, table4");
    Cli.Ran other = Cli.run("reproduce", "table1", "--model", "gpt9", "--out", folder);
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.err()).contains("there is no recipes/tofu/gpt9-ga.yaml");
    Cli.Ran untaught = Cli.run("reproduce", "table5", "--out", folder, "model.path=no/model");
    assertThat(untaught.exitCode()).isEqualTo(3);
    assertThat(untaught.err())
        .contains("table5 starts from the model no/model, which does not exist. Create it first:")
        .contains("engram finetune recipes/whp/mini-finetune.yaml --out runs/whp/mini-finetune");
  }
}
