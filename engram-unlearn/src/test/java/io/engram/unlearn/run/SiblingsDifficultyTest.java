package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.ProgressListener;
import io.engram.core.run.RunFolder;
import io.engram.model.tensor.Device;
import io.engram.testkit.Golden;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Two methods, the same seed: MRD before the first update is measured once. */
@Tag("recipe")
class SiblingsDifficultyTest {
  @TempDir Path folder;

  @BeforeEach
  void writeData() throws IOException {
    List<String> lines =
        IntStream.range(0, 6)
            .mapToObj(
                "{\"question\": \"Who is author %1$d?\", \"answer\": \"Author %1$d.\"}"::formatted)
            .toList();
    Files.write(folder.resolve("forget.jsonl"), lines);
  }

  @Test
  void isTheSameBytesAsMeasuredAnew() {
    Path first = run("first", recipe("method.name=ga"), 1, List.of());
    Path alone = run("alone", recipe("method.name=npo"), 1, List.of());
    Path beside = run("beside", recipe("method.name=npo"), 1, List.of(first));
    for (String file :
        List.of("mrd/epoch-000.jsonl", "mrd/epoch-001.jsonl", "model/model.safetensors")) {
      assertThat(beside.resolve(file)).hasSameBinaryContentAs(alone.resolve(file));
    }
    JsonNode measured = refreshes(first).get(0);
    List<JsonNode> taken = refreshes(beside);
    assertThat(taken).hasSize(2);
    assertThat(taken.get(0).path("seconds")).isEqualTo(measured.path("seconds"));
    assertThat(taken.get(0).path("passes")).isEqualTo(measured.path("passes"));
    assertThat(notes(taken.get(0))).contains("copied from " + first + ", which measured it");
    assertThat(notes(taken.get(1))).doesNotContain("copied from");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "seed=43",
        "order.estimator.sigma=0.02",
        "order.estimator.draws=2",
        "forget.limit=5",
        "scope.layers=[0]",
        "order.name=uniform",
        "model.template=llama2-chat"
      })
  void isNotTakenFromARunThatMeasuredOtherwise(String other) {
    Path first = run("first", recipe(other), 1, List.of());
    Path beside = run("beside", recipe("method.name=npo"), 1, List.of(first));
    assertThat(notes(refreshes(beside).get(0))).doesNotContain("copied from");
  }

  /** Sums of more threads are rounded otherwise. */
  @Test
  void isNotTakenFromARunOnMoreThreads() {
    Path first = run("first", recipe("method.name=ga"), 2, List.of());
    Path none = folder.resolve("none");
    Path beside = run("beside", recipe("method.name=npo"), 1, List.of(none, first));
    assertThat(notes(refreshes(beside).get(0))).doesNotContain("copied from");
  }

  private Recipe recipe(String override) {
    String yaml =
        """
        model: {path: %s}
        forget: {data: %s}
        method: {name: ga, retain_weight: 0}
        order: {name: mrd, refresh_epochs: 1, estimator: {sigma: 0.01, draws: 4}}
        optimizer: {learning_rate: 1.0e-3}
        budget: {epochs: 2, batch: 2, accumulate: 1}
        eval: {suites: []}
        """
            .formatted(Golden.model("with-tokenizer"), folder.resolve("forget.jsonl"));
    return RecipeReader.parse(yaml, List.of(override), Recipe.Kind.UNLEARN, "test");
  }

  private Path run(String name, Recipe recipe, int threads, List<Path> siblings) {
    Setup setup =
        new Setup("test", Device.CPU, threads, 4096, ProgressListener.NONE, () -> false)
            .beside(siblings);
    Path out = folder.resolve(name);
    try (RunFolder run = RunFolder.create(out)) {
      assertThat(Experiment.run(recipe, run, setup).status()).isEqualTo("done");
    }
    return out;
  }

  private static List<JsonNode> refreshes(Path run) {
    try (RunFolder read = RunFolder.read(run)) {
      return read.journal().read().stream()
          .filter(event -> event.path("event").asString().equals("refresh"))
          .toList();
    }
  }

  private static String notes(JsonNode refresh) {
    return refresh.path("notes").toString();
  }
}
