package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.memory.MemoryNeed;
import io.engram.model.tensor.Device;
import io.engram.testkit.Golden;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether a run fits into memory, before it is begun. */
@Tag("recipe")
class RunMemoryTest {
  @TempDir Path folder;
  private SmallRuns runs;

  @BeforeEach
  void writeData() throws IOException {
    runs = new SmallRuns(folder);
    runs.writeData();
  }

  @Test
  void aRunThatTakesMoreMemoryThanThereIsIsRefusedWithAdvice() {
    Recipe recipe = runs.recipe("name: ga", "name: uniform");
    RunMemory here = RunMemory.of(recipe, SmallRuns.setup(() -> false));
    RunMemory little = new RunMemory(recipe, here.setup(), here.size(), OptionalLong.of(1 << 20));
    assertThatThrownBy(little::require)
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("Not enough memory: this run needs about 0.")
        .hasMessageContaining("0.00 GiB can be had")
        .hasMessageContaining("--ignore-memory continues anyway");
    here.require();
    assertThat(here.text()).contains("Memory: about 0.", "can be had");
  }

  /** A rehearsal of all weights copies them; one of adapters takes the adapters off again. */
  @Test
  void aRehearsalHoldsACopyOfTheWeights() {
    for (Recipe recipe : List.of(runs.recipe("name: ga", "name: uniform"), runs.lora(""))) {
      RunMemory here = RunMemory.of(recipe, SmallRuns.setup(() -> false));
      long run = here.need().least();
      RunMemory enough = new RunMemory(recipe, here.setup(), here.size(), OptionalLong.of(run));
      enough.require();
      if (recipe.scope().training().lora() != null) {
        enough.requireRehearsal();
      } else {
        assertThatThrownBy(enough::requireRehearsal)
            .isInstanceOfSatisfying(
                EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(4))
            .hasMessageContaining("Not enough memory");
        long copy = here.size().parameters() * here.size().dtype().sizeBytes();
        new RunMemory(recipe, here.setup(), here.size(), OptionalLong.of(run + copy))
            .requireRehearsal();
      }
    }
  }

  /** Weights of both lie in their files, for LoRA leaves the first model's as they are. */
  @Test
  void theRetrainedModelIsCountedWhereASuiteAsksIt() {
    String retrained = Golden.model("with-tokenizer").toString();
    Recipe without = runs.lora("");
    Recipe with =
        RecipeReader.parse(
            RecipeWriter.yaml(without),
            List.of("eval.retrained=" + retrained, "eval.suites=[tofu_benchmark:forget01]"),
            Recipe.Kind.UNLEARN,
            "test");
    Recipe notAsked =
        RecipeReader.parse(
            RecipeWriter.yaml(with), List.of("eval.suites=[tofu]"), Recipe.Kind.UNLEARN, "test");
    MemoryNeed alone = needOfFewTokens(without);
    long weights = alone.mapped();
    assertThat(weights).isPositive();
    assertThat(needOfFewTokens(notAsked)).isEqualTo(alone);
    MemoryNeed both = needOfFewTokens(with);
    assertThat(both.least()).as("training").isEqualTo(alone.least());
    assertThat(both.total())
        .as("as much again, less what training has and evaluation hasn't")
        .isBetween(alone.total() + weights / 2, alone.total() + weights - 1);
  }

  /** Of passes of a token, so that weights and not activations decide. */
  private static MemoryNeed needOfFewTokens(Recipe recipe) {
    Setup setup = new Setup("test", Device.CPU, 1, 1, ProgressListener.NONE, () -> false);
    return RunMemory.of(recipe, setup).need();
  }

  @Test
  void layersAreComputedAgainWhereKeepingThemWouldNotFit() {
    Recipe recipe = runs.recipe("name: ga", "name: uniform");
    RunMemory here = RunMemory.of(recipe, SmallRuns.setup(() -> false));
    RunData data;
    try (LanguageModel model = LanguageModel.open(recipe.model().path(), ModelOptions.defaults())) {
      data = RunData.load(recipe, model.samples());
    }
    assertThat(here.mustCheckpoint(data)).isFalse();
    RunMemory little = new RunMemory(recipe, here.setup(), here.size(), OptionalLong.of(1 << 20));
    assertThat(little.mustCheckpoint(data)).isTrue();
  }
}
