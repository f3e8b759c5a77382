package io.engram.unlearn.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.study.Study;
import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyTable;
import io.engram.testkit.Golden;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole studies on a tiny model. */
@Tag("recipe")
class DifficultyStudyTest {
  @TempDir Path folder;

  private static DifficultyPlan plan(int groups, @Nullable String retrained) {
    return new DifficultyPlan(
        5, groups, 3, false, List.of(0.01), 2, 6.5, 8, groups == 0, retrained);
  }

  /** At most four epochs of three updates. */
  private static DifficultyPlan jointly() {
    return new DifficultyPlan(5, 0, 3, true, List.of(0.01), 2, 6.5, 4, false, null);
  }

  private List<DifficultyRow> run(
      String name, Recipe recipe, DifficultyPlan plan, BooleanSupplier interrupted) {
    DifficultyStudy.run(recipe, plan, TinyStudy.setup(interrupted), folder.resolve(name));
    return rows(name);
  }

  private List<DifficultyRow> rows(String name) {
    return JsonFiles.readLines(
        folder.resolve(name).resolve("difficulty.jsonl"), DifficultyRow.class);
  }

  private static double score(DifficultyRow row, String name) {
    assertThat(row.scores()).containsKey(name);
    return row.scores().getOrDefault(name, Double.NaN);
  }

  @ParameterizedTest
  @ValueSource(strings = {TinyStudy.SGD, TinyStudy.ADAMW, TinyStudy.LORA})
  void aStoppedStudyGoesOnToTheSameRows(String sections) throws IOException {
    Recipe recipe = TinyStudy.recipe(folder, sections);
    DifficultyPlan plan = plan(0, Golden.model("with-tokenizer").toString());
    List<DifficultyRow> whole = run("whole", recipe, plan, () -> false);
    assertThat(whole).extracting(DifficultyRow::id).containsExactly("f0", "f1", "f2", "f3", "f4");

    AtomicInteger asked = new AtomicInteger();
    assertThatThrownBy(() -> run("cut", recipe, plan, () -> asked.incrementAndGet() == 3))
        .isInstanceOf(EngramException.class)
        .hasMessage("Stopped after 2 of 5. Run the same command to continue.");
    assertThat(rows("cut")).hasSize(2);
    assertThat(run("cut", recipe, plan, () -> false)).isEqualTo(whole);
    assertThat(folder.resolve("cut/difficulty.jsonl"))
        .hasSameTextualContentAs(folder.resolve("whole/difficulty.jsonl"));
  }

  @Test
  void rowsHaveEveryScore() throws IOException {
    Recipe recipe = TinyStudy.recipe(folder, TinyStudy.ADAMW);
    DifficultyPlan plan = plan(0, Golden.model("with-tokenizer").toString());
    for (DifficultyRow row : run("study", recipe, plan, () -> false)) {
      assertThat(row.tokens()).isPositive();
      assertThat(score(row, "tokens")).isEqualTo(row.tokens());
      assertThat(score(row, "loss_sum"))
          .isCloseTo(row.tokens() * score(row, "loss_mean"), within(1e-9));
      assertThat(score(row, "memorization_accuracy")).isBetween(0.0, 1.0);
      assertThat(score(row, "relative_gradient_norm"))
          .isCloseTo(score(row, "gradient_norm") / score(row, "loss_mean"), within(1e-12));
      assertThat(score(row, "gradient")).isPositive();
      assertThat(score(row, "gauss_newton")).isPositive();
      assertThat(score(row, "rehearsal")).isNotNegative();
      assertThat(score(row, "representation_distance")).isBetween(0.0, 2.0);
      // The model itself in the retrained one's place.
      assertThat(score(row, "retrained_gap")).isCloseTo(0, within(1e-9));
      assertThat(row.scores()).containsKey("extraction_likelihood");
      assertThat(row.scores().keySet()).containsAll(StudyScores.readings(recipe, 0.01, 4).keySet());
      assertThat(score(row, "predicted_updates")).isPositive();
      assertThat(row.updates()).containsKey("mean");
      assertThat(row.change()).isPositive();
    }
  }

  @Test
  void thePageIsInTheFolder() throws IOException {
    Recipe recipe = TinyStudy.recipe(folder, TinyStudy.SGD);
    run("study", recipe, plan(0, null), () -> false);
    Study study = Study.read(folder.resolve("study/study.json"));
    assertThat(study.question())
        .startsWith("5 samples were unlearned one by one from the same model by ga");
    // Five are too few for correlations.
    assertThat(study.answer()).contains("Criterion mean: too few samples met it.");
    assertThat(study.figures())
        .extracting(StudyFigure::id)
        .startsWith("figure-4", "updates", "figure-3")
        .contains("correlations-mean", "correlations-ma-half");
    assertThat(study.tables()).hasSize(7);
    assertThat(study.tables())
        .extracting(StudyTable::title)
        .anyMatch(t -> t.contains(", EL at most"));
    assertThat(study.provenance().seed()).isEqualTo(recipe.seed());
  }

  @Test
  void groupsAreUnlearnedTogether() throws IOException {
    Recipe recipe = TinyStudy.recipe(folder, TinyStudy.SGD);
    List<DifficultyRow> single = run("single", recipe, plan(0, null), () -> false);
    List<DifficultyRow> groups = run("groups", recipe, plan(7, null), () -> false);
    assertThat(groups)
        .extracting(DifficultyRow::id)
        .containsExactly("0", "1", "2", "3", "4", "5", "6");
    int shortest = single.stream().mapToInt(DifficultyRow::tokens).min().orElseThrow();
    int longest = single.stream().mapToInt(DifficultyRow::tokens).max().orElseThrow();
    for (DifficultyRow group : groups) {
      assertThat(group.tokens()).isBetween(3 * shortest, 3 * longest);
      assertThat(3 * score(group, "tokens")).isCloseTo(group.tokens(), within(1e-9));
      assertThat(group.updates()).containsKey("mean");
    }
    assertThat(Study.read(folder.resolve("groups/study.json")).question())
        .startsWith("7 groups of 3 samples, drawn with replacement, were unlearned from");
  }

  /** Two samples an update: the run's updates are counted, and the last epoch ends at 12. */
  @ParameterizedTest
  @ValueSource(strings = {TinyStudy.SGD, TinyStudy.ADAMW, TinyStudy.LORA})
  void allAreUnlearnedInOneRun(String sections) throws IOException {
    Recipe recipe =
        TinyStudy.recipe(folder, sections + "\nbudget: {epochs: 1, batch: 2, accumulate: 1}");
    List<DifficultyRow> rows = run("joint", recipe, jointly(), () -> false);
    assertThat(rows)
        .extracting(DifficultyRow::id)
        .containsExactlyInAnyOrder("f0", "f1", "f2", "f3", "f4");
    for (DifficultyRow row : rows) {
      assertThat(row.updates().values()).allMatch(updates -> updates >= 0 && updates <= 12);
      assertThat(row.updates()).containsKey("mean");
      assertThat(row.change()).isPositive();
      assertThat(score(row, "predicted_updates")).isPositive();
    }
    Study study = Study.read(folder.resolve("joint/study.json"));
    assertThat(study.title()).endsWith("needs, jointly?");
    assertThat(study.question())
        .startsWith("5 samples were unlearned jointly, 2 per update in uniform order, from");
    assertThat(study.figures()).allMatch(figure -> figure.title().endsWith(", jointly"));

    AtomicInteger asked = new AtomicInteger();
    assertThatThrownBy(() -> run("cut", recipe, jointly(), () -> asked.incrementAndGet() == 3))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "Stopped after 2 of at most 12 updates. Run the same command to start the joint run "
                + "over; the scores are kept.");
    assertThat(run("cut", recipe, jointly(), () -> false)).isEqualTo(rows);
    // Finished, it isn't made again.
    assertThat(run("cut", recipe, jointly(), () -> true)).isEqualTo(rows);
  }

  @Test
  void aFolderHoldsOneStudy() throws IOException {
    run("study", TinyStudy.recipe(folder, TinyStudy.SGD), plan(0, null), () -> false);
    String message =
        folder.resolve("study")
            + " holds another study: its recipe.yaml differs. Name another folder with --out.";
    Recipe other = TinyStudy.recipe(folder, TinyStudy.ADAMW);
    assertThatThrownBy(() -> run("study", other, plan(0, null), () -> false)).hasMessage(message);
    Recipe same = TinyStudy.recipe(folder, TinyStudy.SGD);
    assertThatThrownBy(() -> run("study", same, plan(2, null), () -> false)).hasMessage(message);
    assertThat(rows("study")).hasSize(5);
  }

  /** Scores of an earlier version don't say of which model they are. */
  @Test
  void aChangedModelIsAnotherStudy() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      Files.copy(Golden.model("with-tokenizer").resolve(name), model.resolve(name));
    }
    Recipe recipe =
        RecipeReader.parse(
            RecipeWriter.yaml(TinyStudy.recipe(folder, TinyStudy.SGD)),
            List.of("model.path=" + model),
            Recipe.Kind.UNLEARN,
            "test");
    List<DifficultyRow> made = run("study", recipe, plan(0, null), () -> false);
    Files.writeString(model.resolve("generation_config.json"), "{}");
    assertThatThrownBy(() -> run("study", recipe, plan(0, null), () -> false))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("study holds a study of another model: the files of model.path = ")
        .hasMessageEndingWith(" have changed since. Name another folder with --out.");
    Path scores = folder.resolve("study/scores.json");
    Files.writeString(scores, Files.readString(scores).replaceFirst("\"model\"[^\n]*\n", ""));
    assertThat(run("study", recipe, plan(0, null), () -> true)).isEqualTo(made);
  }

  /**
   * Without two keys, as by a version that had none of them: the finished study isn't made again.
   */
  @Test
  void aStudyOfAnEarlierVersionGoesOn() throws IOException {
    Recipe recipe = TinyStudy.recipe(folder, TinyStudy.SGD);
    List<DifficultyRow> made = run("study", recipe, plan(0, null), () -> false);
    Path file = folder.resolve("study/recipe.yaml");
    String now = Files.readString(file);
    String earlier = now.replaceAll("(?m)^  (replacement|gibberish): .*\n", "");
    assertThat(earlier.lines().count()).isEqualTo(now.lines().count() - 2);
    Files.writeString(file, earlier);
    assertThat(run("study", recipe, plan(0, null), () -> true)).isEqualTo(made);
    assertThat(file).content().isEqualTo(now);
    Files.writeString(file, now.replace("seed: 42", "seed: 43"));
    assertThatThrownBy(() -> run("study", recipe, plan(0, null), () -> true))
        .hasMessageContaining("holds another study");
    Files.writeString(file, "not: a recipe\n" + now.substring(now.indexOf("# ")));
    assertThatThrownBy(() -> run("study", recipe, plan(0, null), () -> true))
        .hasMessageContaining("holds another study");
  }
}
