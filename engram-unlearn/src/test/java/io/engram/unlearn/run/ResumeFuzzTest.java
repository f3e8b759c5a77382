package io.engram.unlearn.run;

import static java.util.regex.Pattern.quote;
import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.testkit.Golden;
import io.engram.testkit.fuzz.ByteMutator;
import io.engram.testkit.fuzz.Fuzz;
import io.engram.testkit.fuzz.JsonMutator;
import io.engram.testkit.fuzz.YamlMutator;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.Batches.Refusals;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a run is resumed from, or reuses, where it is hostile. */
class ResumeFuzzTest {
  private static final String POSITION =
      """
      {"updates": 4, "drawn": [[1, 0, 2], [1, 1, 1]],
       "stop": {"thresholds": null, "forgotten_at": [-1, 3, 2], "last_check": 4,
         "facts": {"watched": [0, 2], "told": {"2": "He did."}, "worded": [1], "checks": 2}},
       "keep": {"start": 0.5, "loss": 0.25, "lambda": 1.5,
         "best": {"update": 4, "left": 1, "known": 0.5, "loss": "NaN",
           "forgotten_at": [2, -1, -1]}},
       "weights": {"nll": [1.5, 2, 3], "loss": [0, 0.5, 0.25], "epoch": 1, "weights": [1, 1, 0]}}
      """;

  @TempDir Path folder;

  @Test
  void positions() throws Exception {
    Path file = folder.resolve("position.json");
    Fuzz.run(
        "position of a checkpoint",
        2,
        POSITION.getBytes(StandardCharsets.UTF_8),
        new JsonMutator(POSITION),
        bytes -> {
          Files.write(file, bytes);
          RunState.Position position = RunState.Position.read(folder);
          if (!position.fits(3)) {
            throw EngramException.usage("other data");
          }
          JsonFiles.line(position);
        });
  }

  /** Each list of a position has one entry a sample, and indices are of samples. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"forgotten_at\": [-1, 3, 2] | \"forgotten_at\": [-1, 3]",
        "\"forgotten_at\": [2, -1, -1] | \"forgotten_at\": [2, -1, -1, -1]",
        "\"watched\": [0, 2] | \"watched\": [0, 3]",
        "\"told\": {\"2\" | \"told\": {\"-1\"",
        "\"worded\": [1] | \"worded\": [3]",
        "\"nll\": [1.5, 2, 3] | \"nll\": []",
        "\"weights\": [1, 1, 0] | \"weights\": [1]",
        "\"updates\": 4 | \"updates\": -4"
      })
  void aPositionOfOtherSamplesIsToldFromOurs(String part, String by) throws Exception {
    Files.writeString(folder.resolve("position.json"), POSITION);
    assertThat(RunState.Position.read(folder).fits(3)).isTrue();
    assertThat(POSITION).contains(part);
    Files.writeString(folder.resolve("position.json"), POSITION.replaceFirst(quote(part), by));
    assertThat(RunState.Position.read(folder).fits(3)).isFalse();
  }

  @Test
  void trials() throws Exception {
    Recipe recipe = recipe();
    Trials.of(recipe, folder);
    for (long seed = 42; seed < 44; seed++) {
      trial(folder.resolve("trial-" + seed));
    }
    Path file = folder.resolve("trial-43/measurements.jsonl");
    String valid = Files.readString(file);
    Fuzz.run(
        "trials",
        0.1,
        valid.getBytes(StandardCharsets.UTF_8),
        new JsonMutator(valid),
        bytes -> {
          Files.write(file, bytes);
          Trials.of(recipe, folder).summarize();
        });
  }

  @Test
  void recipesOfTrials() throws Exception {
    Recipe recipe = recipe();
    Trials.of(recipe, folder);
    Path file = folder.resolve("recipe.yaml");
    String valid = Files.readString(file);
    Fuzz.run(
        "recipe of trials",
        0.2,
        valid.getBytes(StandardCharsets.UTF_8),
        new YamlMutator(valid),
        bytes -> {
          Files.write(file, bytes);
          Trials.of(Trials.recipeIn(folder, Recipe.Kind.UNLEARN), folder).summarize();
        });
  }

  @Test
  void siblings() throws Exception {
    trial(folder);
    Path file = folder.resolve("manifest.json");
    String valid = Files.readString(file);
    Recipe recipe = recipe();
    Manifest own = RunFolder.read(folder).manifest();
    Fuzz.run(
        "run that another reuses",
        1,
        valid.getBytes(StandardCharsets.UTF_8),
        new JsonMutator(valid),
        bytes -> {
          Files.write(file, bytes);
          Siblings.Sibling.in(folder, recipe)
              .orElseThrow(() -> EngramException.file("none"))
              .requireSameFiles(folder, own);
        });
  }

  @Test
  void refusals() throws Exception {
    Path file = folder.resolve("refusals.txt");
    byte[] valid = "I don't know.\nÜber das weiß ich nichts.\n".getBytes(StandardCharsets.UTF_8);
    Fuzz.run(
        "refusals",
        1,
        valid,
        new ByteMutator(valid, valid.length),
        bytes -> Refusals.read(Files.write(file, bytes).toString(), 1).at(0, 0, 0));
  }

  private static Recipe recipe() throws Exception {
    return RecipeReader.read(
        Golden.repository("recipes/tofu/mini-npo.yaml"), List.of("trials=2"), Recipe.Kind.UNLEARN);
  }

  private static void trial(Path folder) throws Exception {
    try (RunFolder run = RunFolder.create(folder)) {
      run.writeRecipe(Files.readString(Golden.repository("recipes/tofu/mini-npo.yaml")));
      run.writeManifest(
          new Manifest(
              "0.1.0",
              "engram unlearn r.yaml",
              "aa",
              "mini",
              "bb",
              Map.of("tofu:forget10", "cc"),
              "cpu",
              "float32",
              "plain",
              2,
              Map.of("java", "17"),
              "2026-11-24T10:00:00Z",
              null,
              "done"));
      run.appendMeasurements(
          List.of(
              new Measurement("before", "tofu", "tofu.x", 0.5, "ratio", 400, false, 0.01),
              new Measurement("after", "tofu", "tofu.x", 0.25, "ratio", 400, null, null)));
    }
  }
}
