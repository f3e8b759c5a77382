package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.unlearn.eval.judge.MiniLmEncoder;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiblingsBeforeTest {
  private static final Manifest SAME =
      new Manifest(
          "code", "command", "recipe", "model", "hash", Map.of(), "cpu", "float32", "plain", 1,
          Map.of(), "start", null, "running");

  @TempDir Path folder;

  private static final String RECIPE = "forget: {data: tofu:forget10}\neval: {limit: 2}\n";

  private static Recipe recipe(String override) {
    return RecipeReader.parse(RECIPE, List.of(override), Recipe.Kind.UNLEARN, "test");
  }

  @Test
  void anEvaluationWithOtherSettingsIsNotTaken() {
    Path earlier = folder.resolve("earlier");
    try (RunFolder run = RunFolder.create(earlier)) {
      run.writeManifest(SAME);
      run.writeRecipe(RECIPE);
      run.appendMeasurements(
          List.of(
              new Measurement("before", "tofu", "a", 1, "ratio", 2, true, null),
              new Measurement(
                  "before", "tofu", "b", 1, "ratio", 2, true, null, MiniLmEncoder.NAME)));
      JsonFiles.writeLines(run.evaluationRows("before").resolve("forget.jsonl"), List.of(1));
    }
    try (RunFolder run = RunFolder.create(folder.resolve("run"))) {
      run.writeManifest(SAME);
      for (String other : List.of("eval.limit=0", "forget.limit=3", "forget.draw=5")) {
        assertThat(Siblings.before(earlier, run, recipe(other), true)).as(other).isFalse();
      }
      assertThat(run.measurements()).isEmpty();
      assertThat(Siblings.before(earlier, run, recipe("seed=43"), true)).isTrue();
      assertThat(run.measurements()).hasSize(2);
      assertThat(run.evaluationRows("before").resolve("forget.jsonl")).exists();
      // As a run does that was stopped before its first checkpoint.
      assertThat(Siblings.before(earlier, run, recipe("seed=43"), true)).isTrue();
      assertThat(run.measurements()).hasSize(2);
    }
  }

  /** A suite about a corpus of its own says the same whatever a run forgets. */
  @Test
  void anEvaluationThatDoesNotFollowTheForgetSetIsTakenWhateverIsForgotten() {
    Path earlier = folder.resolve("earlier");
    try (RunFolder run = RunFolder.create(earlier)) {
      run.writeManifest(SAME);
      run.writeRecipe(RECIPE);
      run.appendMeasurements(
          List.of(new Measurement("before", "tofu", "a", 1, "ratio", 2, true, null)));
      JsonFiles.writeLines(run.evaluationRows("before").resolve("forget.jsonl"), List.of(1));
    }
    try (RunFolder run = RunFolder.create(folder.resolve("run"))) {
      run.writeManifest(SAME);
      // tofu is narrowed to what is forgotten.
      assertThat(Siblings.before(earlier, run, recipe("forget.data=tofu:forget01"), false))
          .isFalse();
      assertThat(Siblings.before(earlier, run, recipe("eval.limit=0"), false)).isFalse();
      assertThat(Siblings.before(earlier, run, recipe("forget.limit=3"), false)).isTrue();
      assertThat(run.measurements()).hasSize(1);
    }
  }

  /** Each seed draws a forget set of its own. */
  @Test
  void anEvaluationOfADrawnForgetSetIsForItsSeedAlone() {
    Path earlier = folder.resolve("earlier");
    try (RunFolder run = RunFolder.create(earlier)) {
      run.writeManifest(SAME);
      run.writeRecipe("forget: {data: tofu:forget10, draw: 5}\neval: {limit: 2}\nseed: 7\n");
      run.appendMeasurements(
          List.of(new Measurement("before", "tofu", "a", 1, "ratio", 2, true, null)));
      JsonFiles.writeLines(run.evaluationRows("before").resolve("forget.jsonl"), List.of(1));
    }
    try (RunFolder run = RunFolder.create(folder.resolve("run"))) {
      run.writeManifest(SAME);
      assertThat(Siblings.before(earlier, run, recipe("forget.draw=5"), true)).isFalse();
      Recipe same =
          RecipeReader.parse(
              RECIPE, List.of("forget.draw=5", "seed=7"), Recipe.Kind.UNLEARN, "test");
      assertThat(Siblings.before(earlier, run, same, true)).isTrue();
    }
  }

  /** What a fine-tuning draws from, and what its suites measure on, is its training set. */
  @Test
  void fineTuningsShareTheirEvaluationToo() {
    String yaml = "train: {data: tofu:forget10}\nmethod: {name: finetune}\neval: {limit: 2}\n";
    Path earlier = folder.resolve("earlier");
    try (RunFolder run = RunFolder.create(earlier)) {
      run.writeManifest(SAME);
      run.writeRecipe(yaml);
      run.appendMeasurements(
          List.of(new Measurement("before", "tofu", "a", 1, "ratio", 2, true, null)));
      JsonFiles.writeLines(run.evaluationRows("before").resolve("forget.jsonl"), List.of(1));
    }
    try (RunFolder run = RunFolder.create(folder.resolve("run"))) {
      run.writeManifest(SAME);
      for (String other : List.of("train.limit=3", "train.draw=5")) {
        Recipe recipe = RecipeReader.parse(yaml, List.of(other), Recipe.Kind.FINETUNE, "test");
        assertThat(Siblings.before(earlier, run, recipe, true)).as(other).isFalse();
      }
      Recipe next = RecipeReader.parse(yaml, List.of("seed=43"), Recipe.Kind.FINETUNE, "test");
      assertThat(Siblings.before(earlier, run, next, true)).isTrue();
    }
  }
}
