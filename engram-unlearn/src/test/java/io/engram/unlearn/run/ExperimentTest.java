package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.run.RunFolder;
import io.engram.core.run.SampleRow;
import io.engram.unlearn.order.SampleOrder.Pair;
import io.engram.unlearn.order.UniformOrder;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Whole runs on a tiny model: what is written, and that resuming changes nothing. */
@Tag("recipe")
class ExperimentTest {
  @TempDir Path folder;
  private SmallRuns runs;

  @BeforeEach
  void writeData() throws IOException {
    runs = new SmallRuns(folder);
    runs.writeData();
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
        "name: altpo, alternatives: FOLDER/alternatives.jsonl",
        "name: altpo, sampled_alternatives: 8",
        "name: flat",
        "name: wga",
        "name: tnpo, alpha: 1.5",
        "name: pdu",
        "name: rmu, adaptive: true",
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
        runs.recipe(method, "name: mrd, refresh_epochs: 2, estimator: {draws: 4, sigma: 0.01}");
    Path whole = runs.run("whole", recipe);
    Path cut = folder.resolve("cut");
    AtomicInteger asked = new AtomicInteger();
    try (RunFolder run = RunFolder.create(cut)) {
      Experiment.Outcome outcome =
          Experiment.run(recipe, run, SmallRuns.setup(() -> asked.incrementAndGet() == 5));
      assertThat(outcome.status()).isEqualTo("interrupted");
      assertThat(outcome.updates()).isEqualTo(5);
    }
    try (RunFolder run = RunFolder.resume(cut)) {
      assertThat(run.manifest().status()).isEqualTo("interrupted");
      Experiment.Outcome outcome =
          Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false));
      assertThat(outcome.updates()).isEqualTo(9);
    }
    assertThat(SmallRuns.weights(cut)).isEqualTo(SmallRuns.weights(whole));
    for (String file : List.of("samples.jsonl", "mrd/epoch-000.jsonl", "mrd/epoch-002.jsonl")) {
      assertThat(cut.resolve(file)).hasSameTextualContentAs(whole.resolve(file));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name: mrd, weight: inverse, apply: loss, estimator: {name: loss_mean}",
        "name: mrd, shuffle: true, estimator: {name: tokens}",
        "name: deficit, until: 9, estimator: {name: tokens}",
        "name: hinge, until: 9, power: 0.5",
        "name: hinge, until: 9, apply: draws, power: 40",
        "name: dro, temperature: 0.1",
        "name: dro, prefer: easy, temperature: 0.1, apply: draws, replacement: true",
        "name: saturation, power: 2"
      })
  void everyOrderMakesAnotherModelAndInterruptedEndsInTheSameBytes(String order)
      throws IOException {
    Recipe recipe = runs.recipe("name: grad_diff", order);
    Path whole = runs.run("whole", recipe);
    Path cut = folder.resolve("cut");
    AtomicInteger asked = new AtomicInteger();
    try (RunFolder run = RunFolder.create(cut)) {
      Experiment.run(recipe, run, SmallRuns.setup(() -> asked.incrementAndGet() == 5));
    }
    try (RunFolder run = RunFolder.resume(cut)) {
      Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false));
    }
    assertThat(SmallRuns.weights(cut)).isEqualTo(SmallRuns.weights(whole));
    assertThat(cut.resolve("samples.jsonl"))
        .hasSameTextualContentAs(whole.resolve("samples.jsonl"));
    Path uniform = runs.run("uniform", runs.recipe("name: grad_diff", "name: uniform"));
    assertThat(SmallRuns.weights(whole)).isNotEqualTo(SmallRuns.weights(uniform));
  }

  /** Updates too small to change anything: grad_diff's loss of a sample is −NLL of the start. */
  @Test
  void droGoesByTheSamplesOwnLosses() {
    Recipe recipe =
        RecipeReader.parse(
            RecipeWriter.yaml(
                runs.recipe("name: grad_diff, forget_weight: 0.5", "name: dro, apply: loss")),
            List.of("optimizer.learning_rate=1e-15"),
            Recipe.Kind.UNLEARN,
            "test");
    Path out = folder.resolve("cut");
    AtomicInteger asked = new AtomicInteger();
    try (RunFolder run = RunFolder.create(out)) {
      Experiment.run(recipe, run, SmallRuns.setup(() -> asked.incrementAndGet() == 3));
    }
    SampleWeights.State state = RunState.Position.read(out.resolve("checkpoint")).weights();
    assertThat(state).isNotNull();
    for (int i = 0; i < 6; i++) {
      assertThat(state.loss()[i]).isCloseTo(-state.nll()[i], within(1e-4));
    }
  }

  @Test
  void samMakesAnotherModelAndInterruptedEndsInTheSameBytes() throws IOException {
    Recipe plain = runs.recipe("name: gru", "name: uniform");
    Recipe recipe =
        RecipeReader.parse(
            RecipeWriter.yaml(plain),
            List.of("optimizer.sam_rho=0.1"),
            Recipe.Kind.UNLEARN,
            "test");
    Path whole = runs.run("whole", recipe);
    Path cut = folder.resolve("cut");
    AtomicInteger asked = new AtomicInteger();
    try (RunFolder run = RunFolder.create(cut)) {
      Experiment.run(recipe, run, SmallRuns.setup(() -> asked.incrementAndGet() == 5));
    }
    try (RunFolder run = RunFolder.resume(cut)) {
      Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false));
    }
    assertThat(SmallRuns.weights(cut)).isEqualTo(SmallRuns.weights(whole));
    assertThat(SmallRuns.weights(runs.run("plain", plain))).isNotEqualTo(SmallRuns.weights(whole));
  }

  @Test
  void uniformWithReplacementInterruptedEndsInTheSameBytes() throws IOException {
    Recipe recipe = runs.recipe("name: ga", "name: uniform, replacement: true");
    Path whole = runs.run("whole", recipe);
    Path cut = folder.resolve("cut");
    AtomicInteger asked = new AtomicInteger();
    try (RunFolder run = RunFolder.create(cut)) {
      Experiment.run(recipe, run, SmallRuns.setup(() -> asked.incrementAndGet() == 5));
    }
    try (RunFolder run = RunFolder.resume(cut)) {
      Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false));
    }
    assertThat(SmallRuns.weights(cut)).isEqualTo(SmallRuns.weights(whole));
    try (RunFolder run = RunFolder.read(whole)) {
      int[] drawn = new int[6];
      for (int epoch = 0; epoch < 3; epoch++) {
        Arrays.stream(
                new UniformOrder(true, Pair.RANDOM)
                    .epoch(epoch, new int[] {0, 1, 2, 3, 4, 5}, 6, recipe.seed(), new double[0]))
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
            RecipeWriter.yaml(runs.recipe("name: grad_diff", order)),
            setting.isEmpty() ? List.of() : List.of(setting),
            Recipe.Kind.UNLEARN,
            "test");
    Path whole = runs.run("whole", recipe);
    Path cut = folder.resolve("cut");
    AtomicInteger asked = new AtomicInteger();
    try (RunFolder run = RunFolder.create(cut)) {
      Experiment.run(recipe, run, SmallRuns.setup(() -> asked.incrementAndGet() == 7));
    }
    try (RunFolder run = RunFolder.resume(cut)) {
      Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false));
    }
    assertThat(SmallRuns.weights(cut)).isEqualTo(SmallRuns.weights(whole));
    try (RunFolder run = RunFolder.read(whole)) {
      assertThat(run.mrdEpochs()).containsExactly(0, 2);
      assertThat(run.mrd(0)).hasSize(6).isNotEqualTo(run.mrd(2));
      assertThat(run.mrd(0))
          .allMatch(row -> row.score().equals("predicted_updates") && row.value() > 0);
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

  /**
   * Cut after update 5, in the middle of the second epoch; the checkpoint before is of update 3.
   */
  @ParameterizedTest
  @ValueSource(strings = {"state.safetensors", "position.json"})
  void aDamagedCheckpointIsReplacedByTheOneBefore(String damaged) throws IOException {
    Recipe recipe = runs.recipe("name: npo", "name: uniform");
    Path whole = runs.run("whole", recipe);
    Path cut = folder.resolve("cut");
    AtomicInteger asked = new AtomicInteger();
    try (RunFolder run = RunFolder.create(cut)) {
      Experiment.run(recipe, run, SmallRuns.setup(() -> asked.incrementAndGet() == 5));
    }
    Path file = cut.resolve("checkpoint").resolve(damaged);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    try (RunFolder run = RunFolder.resume(cut)) {
      Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false));
      List<String> journal = run.journal().read().stream().map(JsonNode::toString).toList();
      assertThat(journal)
          .anyMatch(l -> l.contains("\"resume\"") && l.contains("\"update\":3"))
          .anyMatch(
              l ->
                  l.contains("\"warning\"") && l.contains(damaged + " is damaged (it has another"));
    }
    assertThat(SmallRuns.weights(cut)).isEqualTo(SmallRuns.weights(whole));
    assertThat(cut.resolve("samples.jsonl"))
        .hasSameTextualContentAs(whole.resolve("samples.jsonl"));
  }

  @Test
  void theRunFolderTellsWhatHappened() throws IOException {
    Path out = runs.run("told", runs.recipe("name: npo", "name: uniform"));
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
    assertThat(out.resolve("checkpoint.before")).doesNotExist();
    assertThat(out.resolve("model/config.json")).exists();
    assertThat(out.resolve("model/tokenizer.json")).exists();
  }

  @Test
  void equalRecipesGiveEqualBytesAndOtherSeedsOthers() throws IOException {
    Recipe recipe = runs.recipe("name: ga", "name: uniform");
    byte[] first = SmallRuns.weights(runs.run("a", recipe));
    assertThat(SmallRuns.weights(runs.run("b", recipe))).isEqualTo(first);
  }

  @Test
  void aFinishedRunIsNotResumed() {
    Path out = runs.run("done", runs.recipe("name: ga", "name: uniform"));
    try (RunFolder run = RunFolder.resume(out)) {
      assertThatThrownBy(
              () -> Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false)))
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
      Experiment.run(runs.recipe("name: ga", "name: uniform"), run, SmallRuns.setup(() -> true));
    }
    String own = Files.readString(data);
    Files.writeString(data, own.replace("author", "writer"));
    try (RunFolder run = RunFolder.resume(cut)) {
      assertThatThrownBy(
              () -> Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false)))
          .isInstanceOf(EngramException.class)
          .hasMessage(
              "%s was started from different versions of these files: %s.%nRestore them, or "
                  + "start a new run.",
              cut, data);
    }
    Files.writeString(data, own);
    try (RunFolder run = RunFolder.resume(cut)) {
      Experiment.Outcome outcome =
          Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false));
      assertThat(outcome.status()).isEqualTo("done");
    }
  }
}
