package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.ModelSize;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.group.WorkerGroup;
import io.engram.model.memory.MemoryNeed;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
    assertThat(here.mustCheckpoint(data, WorkerGroup.ALONE)).isFalse();
    RunMemory little = new RunMemory(recipe, here.setup(), here.size(), OptionalLong.of(1 << 20));
    assertThat(little.mustCheckpoint(data, WorkerGroup.ALONE)).isTrue();
  }

  /**
   * Four samples of at most 10 tokens, each with a kept one of at most 6: 64 tokens. Of two workers
   * none has more than 32 and half of the longest, of four 16 and three quarters of it.
   */
  @Test
  void aWorkersLongestPassIsItsShareOfAnUpdate() {
    assertThat(RunData.longestPass(1000, 4, 1, 10, 6)).isEqualTo(64);
    assertThat(RunData.longestPass(1000, 4, 2, 10, 6)).isEqualTo(37);
    assertThat(RunData.longestPass(1000, 4, 4, 10, 6)).isEqualTo(24);
    assertThat(RunData.longestPass(20, 4, 2, 10, 6)).as("limit of a pass").isEqualTo(20);
    assertThat(RunData.longestPass(5, 4, 2, 10, 6)).as("a single sequence").isEqualTo(10);
    assertThat(RunData.longestPass(1000, 1, 8, 10, 0)).isEqualTo(10);
  }

  @Test
  void workersHoldACopyEachButOfASharedState() {
    MemoryNeed one = new MemoryNeed(5, Map.of("weights", 10L, "optimizer", 8L));
    assertThat(RunMemory.bytes(one, 1, 1, true)).isEqualTo(23);
    assertThat(RunMemory.bytes(one, 3, 3, false)).isEqualTo(69);
    assertThat(RunMemory.bytes(one, 3, 3, true)).isEqualTo(69 - 2 * 8);
    assertThat(RunMemory.bytes(one, 4, 1, false)).as("each on its machine").isEqualTo(23);
    assertThat(RunMemory.bytes(one, 4, 1, true)).isEqualTo(15 + 8 / 4);
  }

  /**
   * A layer's tensors {@code t} a token in each layer, half of that for the way back, and three
   * states; logits and their way back; and what doesn't depend on tokens.
   */
  @Test
  void layersAreKeptUpToTheTokensThatFit() {
    Recipe recipe = runs.recipe("name: ga", "name: uniform");
    RunMemory here = RunMemory.of(recipe, SmallRuns.setup(() -> false));
    DecoderConfig config = here.size().config();
    long q = config.shape().queryWidth();
    long k = config.shape().keyWidth();
    long t =
        4 * (6L * config.hiddenSize() + 5 * (q + k) + k + 2 * q + 4L * config.intermediateSize());
    long token =
        config.layers() * t + t / 2 + 12L * config.hiddenSize() + 8L * config.vocabularySize();
    long fixed = here.need().total();
    fixed -=
        here.need().own().getOrDefault("activations", 0L)
            + here.need().own().getOrDefault("logits", 0L);
    assertThat(checkpoints(here, fixed + 37 * token, 37, 1)).isFalse();
    assertThat(checkpoints(here, fixed + 37 * token, 38, 1)).isTrue();
    assertThat(checkpoints(here, fixed + 37 * token, 1, 2)).as("no room for another").isTrue();
    assertThat(checkpoints(here, 2 * (fixed + 37 * token), 37, 2)).isFalse();
    assertThat(checkpoints(here, 2 * (fixed + 37 * token), 38, 2)).isTrue();
  }

  /** With this many bytes to fill, nine tenths of what is there. */
  private static boolean checkpoints(RunMemory run, long usable, int longest, int together) {
    OptionalLong available = OptionalLong.of((long) Math.ceil(usable / 0.9) + 1);
    return new RunMemory(run.recipe(), run.setup(), run.size(), available)
        .mustCheckpoint(longest, together, together, false);
  }

  @Test
  void weightsThatAnOpenModelHoldsAreNotCountedTwice() {
    ModelSize mapped = RunMemory.of(runs.lora(""), SmallRuns.setup(() -> false)).size();
    ModelSize copied = mapped.in(Dtype.BFLOAT16);
    OptionalLong now = OptionalLong.of(1000);
    assertThat(RunMemory.beforeOpening(now, mapped)).hasValue(1000);
    assertThat(RunMemory.beforeOpening(now, copied)).hasValue(1000 + 2 * copied.parameters());
    assertThat(RunMemory.beforeOpening(OptionalLong.empty(), copied)).isEmpty();
  }
}
