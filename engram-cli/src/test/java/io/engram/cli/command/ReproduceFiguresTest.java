package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Cli;
import io.engram.core.run.JsonFiles;
import io.engram.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** {@code engram reproduce} of what shows single samples, with a tiny model in mini's place. */
@Tag("recipe")
final class ReproduceFiguresTest {
  @TempDir static Path models;
  @TempDir Path folder;

  private static Path model;

  @BeforeAll
  static void writeModel() throws IOException {
    model = Golden.briefModel(models);
  }

  /** What each figure says of its samples: how many the plan asked for, from the set it names. */
  @ParameterizedTest
  @CsvSource({
    "figure3, 2, 2 groups of 40 samples; the paper has 300",
    "figure4, 2, Changed from the recipes: model.path=",
    "figure5, 2, Changed from the recipes: model.path=",
    "figure2, 0, Utility is measured on the first 1 rows of each set.",
    "table7, 3, Changed from the recipes: model.path="
  })
  void figuresTakeTheSamplesAskedFor(String name, int rows, String limit) throws Exception {
    List<Object> command =
        new ArrayList<>(
            List.of("reproduce", name, "--trials", "1", "--json", "--out", folder.resolve(name)));
    command.addAll(List.of("model.path='" + model + "'", "forget.data=tofu:forget01"));
    command.add("forget.where=\"id in ('0', '1', '2')\"");
    command.add("eval.limit=1");
    if (name.matches("figure[345]")) {
      command.addAll(List.of("--samples", "2"));
    }
    if (name.equals("figure3")) {
      // Groups of 40 samples are forgotten after a few updates instead of after 120.
      command.add("optimizer.learning_rate=5e-3");
    }
    Cli.Ran ran = Cli.run(command.toArray());
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    JsonNode study = JsonFiles.mapper().readTree(ran.out()).path("study");
    assertThat(study.path("limits").toString()).contains(limit);
    assertThat(ids(folder.resolve(name))).hasSize(rows).allMatch(id -> id.matches("[012]"));

    FileTime made = Files.getLastModifiedTime(firstFile(folder.resolve(name)));
    JsonNode again = JsonFiles.mapper().readTree(Cli.run(command.toArray()).out()).path("study");
    assertThat(again.path("tables")).isEqualTo(study.path("tables"));
    assertThat(Files.getLastModifiedTime(firstFile(folder.resolve(name)))).isEqualTo(made);
  }

  @Test
  void findingsOfAModelThatChangedAreNotShown() throws Exception {
    Path own = Golden.briefModel(Files.createDirectory(folder.resolve("own")));
    Object[] command = {
      "reproduce",
      "figure5",
      "--samples",
      "2",
      "--out",
      folder.resolve("figure5"),
      "model.path='" + own + "'",
      "forget.data=tofu:forget01"
    };
    Cli.Ran ran = Cli.run(command);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    Files.writeString(own.resolve("note.txt"), "changed");
    Cli.Ran again = Cli.run(command);
    assertThat(again.exitCode()).isEqualTo(2);
    assertThat(again.err())
        .contains("figure5 holds the findings of another model: the files of model.path = " + own);
  }

  /** Something that is written when it's measured. */
  private static Path firstFile(Path out) {
    return Stream.of(
            "mrd.jsonl", "scores.json", "npo/scores.json", "npo/sample-1/trial-42/samples.jsonl")
        .map(out::resolve)
        .filter(Files::exists)
        .findFirst()
        .orElseThrow();
  }

  private static Set<String> ids(Path out) {
    for (String file : List.of("mrd.jsonl", "difficulty.jsonl", "npo/difficulty.jsonl")) {
      if (Files.exists(out.resolve(file))) {
        return JsonFiles.readLines(out.resolve(file), JsonNode.class).stream()
            .map(row -> row.path("id").asString())
            .collect(Collectors.toSet());
      }
    }
    return Set.of();
  }
}
