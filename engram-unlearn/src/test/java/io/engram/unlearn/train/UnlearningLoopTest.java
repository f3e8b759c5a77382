package io.engram.unlearn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.recipe.Recipe;
import io.engram.core.recipe.RecipeReader;
import io.engram.core.recipe.RecipeWriter;
import io.engram.core.run.RunFolder;
import io.engram.core.run.SampleRow;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.memory.MemoryNeed;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Device;
import io.engram.unlearn.Golden;
import io.engram.unlearn.order.UniformOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Whole runs on a tiny model: what is written, and that resuming changes nothing. */
@Tag("recipe")
class UnlearningLoopTest {
  @TempDir Path folder;

  @BeforeEach
  void writeData() throws IOException {
    List<String> forget = new ArrayList<>();
    List<String> retain = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      forget.add(
          "{\"id\":\"f%d\",\"question\":\"Who is author %d?\",\"answer\":\"The author %d.\"}"
              .formatted(i, i, i * 7));
      retain.add(
          "{\"id\":\"r%d\",\"question\":\"Where is it %d?\",\"answer\":\"In the city %d.\"}"
              .formatted(i, i, i * 3));
    }
    Files.write(folder.resolve("forget.jsonl"), forget);
    Files.write(folder.resolve("retain.jsonl"), retain);
  }

  private Recipe recipe(String method, String order) {
    String yaml =
        """
        model: {path: %s}
        forget: {data: %s}
        retain: {data: %s}
        method: {%s}
        order: {%s}
        optimizer: {learning_rate: 1.0e-3, warmup_updates: 1}
        budget: {epochs: 3, batch: 2, accumulate: 1}
        eval: {suites: []}
        """
            .formatted(
                Golden.model("with-tokenizer"),
                folder.resolve("forget.jsonl"),
                folder.resolve("retain.jsonl"),
                method,
                order);
    return RecipeReader.parse(yaml, List.of(), Recipe.Kind.UNLEARN, "test");
  }

  private static Setup setup(BooleanSupplier interrupted) {
    return new Setup(
        "engram unlearn test", Device.CPU, 1, 4096, ProgressListener.NONE, interrupted);
  }

  private Path run(String name, Recipe recipe) {
    Path out = folder.resolve(name);
    try (RunFolder run = RunFolder.create(out)) {
      assertThat(UnlearningLoop.run(recipe, run, setup(() -> false)).status()).isEqualTo("done");
    }
    return out;
  }

  private static byte[] weights(Path run) throws IOException {
    return Files.readAllBytes(run.resolve("model/model.safetensors"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name: ga",
        "name: grad_diff",
        "name: grad_diff, retain_loss: kl",
        "name: po",
        "name: npo",
        "name: npo, reduction: mean",
        "name: simnpo, delta: 1",
        "name: dpo",
        "name: wga",
        "name: undial, retain_weight: 0.5, retain_loss: kl",
        "name: ceu",
        "name: rmu",
        "name: rmu, layer: 1, retain_loss: nll",
        "name: ngdiff, fit_updates: 2",
        "name: gru, retain_loss: kl"
      })
  void everyMethodRunsWithMrdOrderAndInterruptedEndsInTheSameBytes(String method)
      throws IOException {
    Recipe recipe =
        recipe(method, "name: mrd, refresh_epochs: 2, estimator: {draws: 4, sigma: 0.01}");
    Path whole = run("whole", recipe);
    Path cut = folder.resolve("cut");
    AtomicInteger asked = new AtomicInteger();
    try (RunFolder run = RunFolder.create(cut)) {
      Outcome outcome = UnlearningLoop.run(recipe, run, setup(() -> asked.incrementAndGet() == 5));
      assertThat(outcome.status()).isEqualTo("interrupted");
      assertThat(outcome.updates()).isEqualTo(5);
    }
    try (RunFolder run = RunFolder.resume(cut)) {
      assertThat(run.manifest().status()).isEqualTo("interrupted");
      Outcome outcome = UnlearningLoop.resume(run, Recipe.Kind.UNLEARN, setup(() -> false));
      assertThat(outcome.updates()).isEqualTo(9);
    }
    assertThat(weights(cut)).isEqualTo(weights(whole));
    for (String file : List.of("samples.jsonl", "mrd/epoch-000.jsonl", "mrd/epoch-002.jsonl")) {
      assertThat(cut.resolve(file)).hasSameTextualContentAs(whole.resolve(file));
    }
  }

  @Test
  void uniformWithReplacementInterruptedEndsInTheSameBytes() throws IOException {
    Recipe recipe = recipe("name: ga", "name: uniform, replacement: true");
    Path whole = run("whole", recipe);
    Path cut = folder.resolve("cut");
    AtomicInteger asked = new AtomicInteger();
    try (RunFolder run = RunFolder.create(cut)) {
      UnlearningLoop.run(recipe, run, setup(() -> asked.incrementAndGet() == 5));
    }
    try (RunFolder run = RunFolder.resume(cut)) {
      UnlearningLoop.resume(run, Recipe.Kind.UNLEARN, setup(() -> false));
    }
    assertThat(weights(cut)).isEqualTo(weights(whole));
    try (RunFolder run = RunFolder.read(whole)) {
      int[] drawn = new int[6];
      for (int epoch = 0; epoch < 3; epoch++) {
        Arrays.stream(UniformOrder.withReplacement(6, 6, recipe.seed()).epoch(epoch))
            .forEach(i -> drawn[i]++);
      }
      for (int i = 0; i < 6; i++) {
        assertThat(run.samples().get(i).drawn()).isEqualTo(drawn[i]);
      }
      assertThat(drawn).isNotEqualTo(new int[] {3, 3, 3, 3, 3, 3});
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "scope={train: lora}", "optimizer.name=sgd"})
  void predictedUpdatesMakeAnOrderInTheMiddleOfTraining(String setting) throws IOException {
    String order = "name: mrd, refresh_epochs: 2, estimator: {name: predicted_updates, until: 12}";
    Recipe recipe =
        RecipeReader.parse(
            RecipeWriter.yaml(recipe("name: grad_diff", order)),
            setting.isEmpty() ? List.of() : List.of(setting),
            Recipe.Kind.UNLEARN,
            "test");
    Path whole = run("whole", recipe);
    Path cut = folder.resolve("cut");
    AtomicInteger asked = new AtomicInteger();
    try (RunFolder run = RunFolder.create(cut)) {
      UnlearningLoop.run(recipe, run, setup(() -> asked.incrementAndGet() == 7));
    }
    try (RunFolder run = RunFolder.resume(cut)) {
      UnlearningLoop.resume(run, Recipe.Kind.UNLEARN, setup(() -> false));
    }
    assertThat(weights(cut)).isEqualTo(weights(whole));
    assertThat(whole.resolve("mrd")).doesNotExist();
    try (RunFolder run = RunFolder.read(whole)) {
      assertThat(run.predictedUpdatesEpochs()).containsExactly(0, 2);
      assertThat(run.predictedUpdates(0)).hasSize(6).isNotEqualTo(run.predictedUpdates(2));
      assertThat(run.predictedUpdates(0)).allMatch(row -> row.predictedUpdates() > 0);
      JsonNode refresh =
          run.journal().read().stream()
              .filter(e -> e.path("event").asString().equals("refresh"))
              .findFirst()
              .orElseThrow();
      assertThat(refresh.path("estimator").asString()).isEqualTo("predicted_updates");
      assertThat(refresh.path("notes").get(0).asString())
          .contains(setting.contains("lora") ? "on the adapters" : "on the weights");
      assertThat(refresh.has("sigma")).isFalse();
    }
  }

  @Test
  void theRunFolderTellsWhatHappened() throws IOException {
    Path out = run("told", recipe("name: npo", "name: uniform"));
    try (RunFolder run = RunFolder.read(out)) {
      assertThat(run.manifest().status()).isEqualTo("done");
      assertThat(run.manifest().dataHashes()).hasSize(2);
      List<SampleRow> samples = run.samples();
      assertThat(samples).hasSize(6);
      for (SampleRow sample : samples) {
        assertThat(sample.drawnByEpoch()).containsExactly(1, 1, 1);
        assertThat(sample.logProbAfter()).isLessThan(sample.logProbBefore());
        assertThat(sample.outputBefore()).isNotNull();
        assertThat(sample.outputAfter()).isNotNull();
      }
      List<JsonNode> updates =
          run.journal().read().stream()
              .filter(e -> e.path("event").asString().equals("update"))
              .toList();
      assertThat(updates).hasSize(9);
      JsonNode first = updates.get(0);
      assertThat(first.path("loss").asDouble())
          .isEqualTo(first.path("forget_loss").asDouble() + first.path("retain_loss").asDouble());
      assertThat(first.path("learning_rate").asDouble()).isZero();
    }
    assertThat(out.resolve("checkpoint/state.safetensors")).exists();
    assertThat(out.resolve("checkpoint.next")).doesNotExist();
    assertThat(out.resolve("model/config.json")).exists();
    assertThat(out.resolve("model/tokenizer.json")).exists();
  }

  @Test
  void equalRecipesGiveEqualBytesAndOtherSeedsOthers() throws IOException {
    Recipe recipe = recipe("name: ga", "name: uniform");
    byte[] first = weights(run("a", recipe));
    assertThat(weights(run("b", recipe))).isEqualTo(first);
  }

  @Test
  void aFinishedRunIsNotResumed() {
    Path out = run("done", recipe("name: ga", "name: uniform"));
    try (RunFolder run = RunFolder.resume(out)) {
      assertThatThrownBy(() -> UnlearningLoop.resume(run, Recipe.Kind.UNLEARN, setup(() -> false)))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("is a finished run");
    }
  }

  /** As many samples as before, in other words: what the checkpoint learned isn't theirs. */
  @Test
  void aRunIsNotGoneOnWithOnOtherFiles() throws IOException {
    Path cut = folder.resolve("cut");
    Path data = folder.resolve("forget.jsonl");
    try (RunFolder run = RunFolder.create(cut)) {
      UnlearningLoop.run(recipe("name: ga", "name: uniform"), run, setup(() -> true));
    }
    String own = Files.readString(data);
    Files.writeString(data, own.replace("author", "writer"));
    try (RunFolder run = RunFolder.resume(cut)) {
      assertThatThrownBy(() -> UnlearningLoop.resume(run, Recipe.Kind.UNLEARN, setup(() -> false)))
          .isInstanceOf(EngramException.class)
          .hasMessage(
              "%s was begun with other files than these: %s.%nRestore them, or begin a new run.",
              cut, data);
    }
    Files.writeString(data, own);
    try (RunFolder run = RunFolder.resume(cut)) {
      Outcome outcome = UnlearningLoop.resume(run, Recipe.Kind.UNLEARN, setup(() -> false));
      assertThat(outcome.status()).isEqualTo("done");
    }
  }

  private Recipe lora(String more) {
    Recipe plain = recipe("name: npo", "name: uniform");
    return RecipeReader.parse(
        RecipeWriter.yaml(plain),
        List.of("scope={train: lora, rank: 4, targets: [q_proj, up_proj]" + more + "}"),
        Recipe.Kind.UNLEARN,
        "test");
  }

  @Test
  void loraLeavesTheWholeModelAndTheAdapterWithACardEach() throws IOException {
    Path out = run("lora", lora(""));
    assertThat(out.resolve("adapter/adapter_model.safetensors")).isRegularFile();
    String hash;
    try (RunFolder run = RunFolder.read(out)) {
      hash = run.manifest().recipeHash();
    }
    for (String folder : List.of("model", "adapter")) {
      assertThat(out.resolve(folder).resolve("README.md"))
          .content()
          .contains("with-tokenizer", "`npo`", "`forget.jsonl`", "n = 6", hash, "Engram ")
          .contains("LoRA of rank 4", "| Updates | 9 |", "small", "not that it worked")
          .doesNotContain(this.folder.toString());
    }
    assertThat(out.resolve("model/README.md")).content().contains("library_name: transformers");
    assertThat(out.resolve("adapter/README.md")).content().contains("library_name: peft");
  }

  @Test
  void withoutMergingLoraLeavesTheAdapterAlone() throws IOException {
    Path out = run("alone", lora(", merge: false"));
    assertThat(out.resolve("model")).doesNotExist();
    ModelOptions options = ModelOptions.defaults();
    Path whole = run("whole", lora(""));
    try (LanguageModel adapted = LanguageModel.open(out.resolve("adapter").toString(), options);
        LanguageModel merged = LanguageModel.open(whole.resolve("model").toString(), options)) {
      List<double[]> one = scores(adapted);
      List<double[]> other = scores(merged);
      for (int i = 0; i < one.size(); i++) {
        assertThat(one.get(i)).containsExactly(other.get(i), within(1e-4));
      }
    }
  }

  private List<double[]> scores(LanguageModel model) {
    return new Scorer(model)
        .logProbs(
            model.samples().tokenize(SampleSource.load(folder.resolve("forget.jsonl").toString())),
            ProgressListener.NONE);
  }

  @Test
  void aRunThatTakesMoreMemoryThanThereIsIsRefusedWithAdvice() {
    Recipe recipe = recipe("name: ga", "name: uniform");
    RunMemory here = RunMemory.of(recipe, setup(() -> false));
    RunMemory little = new RunMemory(recipe, here.setup(), here.size(), OptionalLong.of(1 << 20));
    assertThatThrownBy(little::require)
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("Not enough memory: this run needs about 0.")
        .hasMessageContaining("0.00 GiB can be had")
        .hasMessageContaining("--ignore-memory goes on anyway");
    here.require();
    assertThat(here.text()).contains("Memory: about 0.", "can be had");
  }

  /** Weights of both lie in their files, for LoRA leaves the first model's as they are. */
  @Test
  void theRetrainedModelIsCountedWhereASuiteAsksIt() {
    String retrained = Golden.model("with-tokenizer").toString();
    Recipe without = lora("");
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
    Recipe recipe = recipe("name: ga", "name: uniform");
    RunMemory here = RunMemory.of(recipe, setup(() -> false));
    RunData data;
    try (LanguageModel model = LanguageModel.open(recipe.model().path(), ModelOptions.defaults())) {
      data = RunData.load(recipe, model.samples());
    }
    assertThat(here.mustCheckpoint(data)).isFalse();
    RunMemory little = new RunMemory(recipe, here.setup(), here.size(), OptionalLong.of(1 << 20));
    assertThat(little.mustCheckpoint(data)).isTrue();
  }
}
