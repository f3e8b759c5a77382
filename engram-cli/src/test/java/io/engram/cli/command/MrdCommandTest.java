package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import io.engram.core.run.JsonFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

final class MrdCommandTest {
  @TempDir Path folder;

  @Test
  void showsWhatMrdIsAndTheEnds() throws Exception {
    Path out = folder.resolve("mrd.jsonl");
    Cli.Ran ran =
        Cli.run(
            "mrd",
            Cli.TINY,
            "tofu:forget01",
            "--limit",
            4,
            "--draws",
            4,
            "--sigma",
            "0.01",
            "--out",
            out);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("MRD (Memory Removal Difficulty)", "σ = 0.01, 4 draws, estimator antithetic")
        .contains("Hardest to forget:", "Easiest to forget:");
    List<String> lines = Files.readAllLines(out);
    assertThat(lines).hasSize(4);
    assertThat(JsonFiles.mapper().readTree(lines.get(0)).propertyNames())
        .containsExactly("id", "mrd", "standard_error", "draws", "tokens", "clamped");
  }

  @Test
  void jsonNamesTheEstimator() {
    Cli.Ran ran =
        Cli.run(
            "mrd",
            Cli.TINY,
            "tofu:forget01",
            "--limit",
            2,
            "--draws",
            2,
            "--sigma",
            "0.01",
            "--estimator",
            "shared",
            "--absolute",
            "inside",
            "--json",
            "--quiet");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    JsonNode object = JsonFiles.mapper().readTree(ran.out());
    assertThat(object.path("estimator").path("name").asString()).isEqualTo("shared");
    assertThat(object.path("estimator").path("absolute").asString()).isEqualTo("inside");
    assertThat(object.path("samples").size()).isEqualTo(2);
  }

  @Test
  void optionsAreCheckedLikeRecipeKeysAllAtOnce() {
    Cli.Ran ran =
        Cli.run("mrd", Cli.TINY, "tofu:forget01", "--sigma", "-1", "--estimator", "antithetc");
    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.err())
        .contains("order.estimator.sigma = -1", "order.estimator.name")
        .contains("activation, antithetic, paper, shared");
  }
}
