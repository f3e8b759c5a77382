package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import io.engram.core.run.JsonFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

final class StudyMeasuresCommandTest {
  @TempDir Path folder;

  private Cli.Ran run(Object... more) {
    return runWith(2, 2, more);
  }

  private Cli.Ran runWith(int authors, int models, Object... more) {
    List<Object> all =
        new ArrayList<>(List.of("study", "measures", Cli.TINY, "--out", folder.resolve("study")));
    all.addAll(List.of("--authors", authors, "--models", models, "--questions", 1));
    all.addAll(List.of("--epochs", "1,2", "--attacks", "membership"));
    all.addAll(List.of(more));
    return Cli.run(all.toArray());
  }

  @Test
  void writesTheStudyAndItsPage() throws Exception {
    Cli.Ran ran = run();
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains(
            "After 1 epoch, ", "After 2 epochs, ", "published AUC", "extraction_strength", "0.891")
        .contains("paraphrased / wrong answers");
    assertThat(ran.err()).contains("study.html");
    assertThat(folder.resolve("study/study.html"))
        .content()
        .contains("measures-auc", "2605.24614", "Which measures tell models");
    String models = Files.readString(folder.resolve("study/models.jsonl"));

    // Finished, it's shown again and not made again.
    Cli.Ran again = run("--json", "--quiet");
    assertThat(again.exitCode()).as(again.err()).isZero();
    JsonNode shown = JsonFiles.mapper().readTree(again.out()).path("study");
    assertThat(shown.path("tables").size()).isEqualTo(6);
    assertThat(folder.resolve("study/models.jsonl")).content().isEqualTo(models);

    Cli.Ran other = run("--quiet", "--rate", "1e-3");
    assertThat(other.exitCode()).isEqualTo(2);
    assertThat(other.err()).contains("holds another study", "another folder with --out");
  }

  @Test
  void mistakesAreToldBeforeAnythingIsMade() {
    Cli.Ran models = runWith(2, 3, "--quiet");
    assertThat(models.exitCode()).isEqualTo(2);
    assertThat(models.err()).contains("--models 3: must be an even number");
    Cli.Ran authors = runWith(11, 2, "--quiet");
    assertThat(authors.exitCode()).isEqualTo(2);
    assertThat(authors.err()).contains("tofu:forget10 has 20 authors", "at most 10");
    assertThat(folder.resolve("study")).doesNotExist();
  }

  @Test
  void helpShowsIt() {
    Cli.Ran ran = Cli.run("study", "measures", "--help");
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out())
        .startsWith("Usage: engram study measures")
        .contains("MODEL", "--authors", "--models", "--epochs", "--spread", "--attacks", "--out");
    assertThat(Cli.run("study", "--help").out()).contains("measures");
    assertThat(Cli.run("study").err()).contains("measures MODEL");
  }
}
