package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.run.RunFolder;
import io.engram.core.run.SampleRow;
import io.engram.model.tensor.Device;
import io.engram.testkit.Golden;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Runs that a stopping rule ends, and runs that diverge: texts that the tiny model partly knows.
 */
@Tag("recipe")
class StoppingTest {
  private static final String MRD =
      "order={name: mrd, refresh_epochs: 1, estimator: {draws: 4, sigma: 0.01}}";

  @TempDir Path folder;

  @BeforeEach
  void writeData() throws IOException {
    JsonNode texts = Golden.json("memorization.json").path("models").path("gqa-tied");
    List<String> lines = new ArrayList<>();
    for (int i : new int[] {0, 1, 2, 3, 7, 8, 6}) {
      lines.add("{\"id\": \"t%d\", \"ids\": %s}".formatted(i, texts.get(i).path("ids")));
    }
    Files.write(folder.resolve("forget.jsonl"), lines);
  }

  /** Eight requests, all drawn in an update, and 40 kept samples; forget05; one sample alone. */
  @ParameterizedTest
  @CsvSource({"48, 8, 2", "240, 16, 5", "80, 16, 2", "1, 1, 1"})
  void checksTakeAtMostHalfAsLongAsUpdates(int checked, int perUpdate, int apart) {
    assertThat(Stopping.leastApart(checked, perUpdate)).isEqualTo(apart);
  }

  /** From −0.2 with a limit of −5.2 to −5.7; one that starts below its limit stays. */
  @Test
  void samplesArePushedSomewhatBeyondTheirLimit() {
    assertThat(Stopping.pushedTo(-0.2, -5.2)).isCloseTo(-5.7, within(1e-12));
    assertThat(Stopping.pushedTo(-6, -5.2)).isEqualTo(-5.2);
    double[] until = {-5.7, -5.7, -5.7};
    assertThat(Stopping.reached(until, new double[] {-5.6, -5.8, -5.8}, new int[] {8, 8, -1}))
        .containsExactly(false, true, false);
  }

  private Recipe recipe(String... overrides) {
    String yaml =
        """
        model: {path: %s}
        forget: {data: %s}
        method: {name: ga}
        optimizer: {learning_rate: 4.0e-4, schedule: constant}
        budget: {epochs: 12, batch: 2, accumulate: 1}
        eval: {suites: []}
        """
            .formatted(Golden.model("gqa-tied"), folder.resolve("forget.jsonl"));
    return RecipeReader.parse(yaml, List.of(overrides), Recipe.Kind.UNLEARN, "test");
  }

  private static Setup setup(BooleanSupplier interrupted) {
    return new Setup(
        "engram unlearn test", Device.CPU, 1, 4096, ProgressListener.NONE, interrupted);
  }

  private Path run(String name, Recipe recipe) {
    Path out = folder.resolve(name);
    try (RunFolder run = RunFolder.create(out)) {
      assertThat(Experiment.run(recipe, run, setup(() -> false)).status()).isEqualTo("done");
    }
    return out;
  }

  private static List<JsonNode> events(Path run, String event) {
    try (RunFolder read = RunFolder.read(run)) {
      return read.journal().read().stream()
          .filter(e -> e.path("event").asString().equals(event))
          .toList();
    }
  }

  private static List<SampleRow> samples(Path run) {
    try (RunFolder read = RunFolder.read(run)) {
      return read.samples();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"order.name=uniform", MRD})
  void elMaEndsTheRunWhenAllSamplesAreForgotten(String order) {
    Path out = run("all", recipe("stop.rule=el_ma", order));
    JsonNode stop = events(out, "stop").get(0);
    assertThat(stop.path("reason").asString()).isEqualTo("el_ma");
    assertThat(stop.path("forgotten").asInt()).isEqualTo(7);
    int updates = stop.path("updates").asInt();
    assertThat(updates).isLessThan(48);
    double efficiency = stop.path("efficiency").asDouble();
    assertThat(efficiency * updates * stop.path("seconds_per_update").asDouble())
        .isCloseTo(1, within(1e-9));
    List<JsonNode> checks = events(out, "check");
    assertThat(checks).hasSize(updates / 4 + 1);
    JsonNode first = checks.get(0);
    assertThat(first.path("update").asInt()).isZero();
    assertThat(first.path("ma_mean").asDouble()).isEqualTo(first.path("ma_threshold").asDouble());
    assertThat(first.path("el_mean").asDouble()).isEqualTo(first.path("el_threshold").asDouble());
    assertThat(first.path("el_samples").asInt()).isEqualTo(6);
    assertThat(first.path("forgotten").asInt()).isBetween(1, 6);
    assertThat(checks).allMatch(check -> check.path("drawn_from").asInt() == 7);
    assertThat(samples(out)).allMatch(row -> row.forgottenAtUpdate() != null);
    assertThat(samples(out))
        .extracting(SampleRow::forgottenAtUpdate)
        .contains(updates)
        .allMatch(at -> at % 4 == 0);
  }

  @Test
  void aShareIsEnoughWhereTheRecipeSaysSo() {
    Path all = run("all", recipe("stop.rule=el_ma"));
    Path some = run("some", recipe("stop={rule: el_ma, share: 0.5, every_updates: 1}"));
    JsonNode stop = events(some, "stop").get(0);
    assertThat(stop.path("reason").asString()).isEqualTo("el_ma");
    assertThat(stop.path("forgotten").asInt()).isBetween(4, 6);
    assertThat(stop.path("updates").asInt())
        .isLessThan(events(all, "stop").get(0).path("updates").asInt());
    assertThat(samples(some)).anyMatch(row -> row.forgottenAtUpdate() == null);
  }

  @Test
  void elIsNotGeneratedWhereItDecidesNothing() {
    Path out = run("ma", recipe("stop={rule: el_ma, el: 1, ma: 0.2, every_updates: 1}"));
    assertThat(events(out, "check"))
        .hasSizeGreaterThan(1)
        .allMatch(check -> check.path("el_samples").asInt() == 0);
    assertThat(events(out, "stop").get(0).path("reason").asString()).isEqualTo("el_ma");
  }

  @Test
  void whatIsNeverForgottenEndsWithTheBudget() {
    Path out = run("never", recipe("stop={rule: el_ma, ma: 1.0e-6}", "budget.epochs=2"));
    JsonNode stop = events(out, "stop").get(0);
    assertThat(stop.path("reason").asString()).isEqualTo("budget");
    assertThat(stop.path("updates").asInt()).isEqualTo(8);
    assertThat(events(out, "check").get(0).path("ma_threshold").asDouble()).isEqualTo(1e-6);
  }

  @Test
  void theBudgetAloneLooksAtNothing() {
    Path out = run("budget", recipe("budget.epochs=1"));
    assertThat(events(out, "check")).isEmpty();
    assertThat(events(out, "stop").get(0).path("reason").asString()).isEqualTo("budget");
    assertThat(events(out, "stop").get(0).has("forgotten")).isFalse();
    assertThat(events(out, "stop").get(0).has("efficiency")).isFalse();
    assertThat(samples(out)).allMatch(row -> row.forgottenAtUpdate() == null);
  }

  /** A look after epoch 1: what is forgotten then isn't drawn in epoch 2. */
  @ParameterizedTest
  @ValueSource(strings = {"order.name=uniform", MRD})
  void perSampleDrawsWhatIsLeftAlone(String order) {
    Path out = run("left", recipe("stop.rule=per_sample", order));
    List<JsonNode> checks = events(out, "check");
    assertThat(checks.get(0).path("drawn_from").asInt()).isEqualTo(7);
    assertThat(checks).anyMatch(check -> between(check.path("drawn_from").asInt(), 1, 6));
    for (int look = 1; look < checks.size(); look++) {
      int left = checks.get(look).path("drawn_from").asInt();
      assertThat(left).isEqualTo(7 - checks.get(look).path("forgotten").asInt());
      int epoch = look; // the epoch after the look
      if (epoch < samples(out).get(0).drawnByEpoch().size()) {
        List<Integer> drawn = samples(out).stream().map(r -> r.drawnByEpoch().get(epoch)).toList();
        assertThat(drawn.stream().mapToInt(Integer::intValue).sum()).isEqualTo(7);
        assertThat(drawn.stream().filter(count -> count > 0).count()).isLessThanOrEqualTo(left);
      }
    }
    assertThat(events(out, "stop").get(0).path("reason").asString()).isEqualTo("per_sample");
  }

  private static boolean between(int value, int low, int high) {
    return low <= value && value <= high;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "stop.rule=el_ma | order.name=uniform | 5",
        "stop.rule=per_sample | order.name=uniform | 4",
        "stop.rule=per_sample | order.name=uniform | 6",
        "stop.rule=per_sample | " + MRD + " | 7",
        "stop={rule: per_sample, every_updates: 3} | order.name=uniform | 5",
        "stop={rule: per_sample, every_updates: 3} | " + MRD + " | 6",
      })
  void interruptedRunsEndInTheSameBytes(String stop, String order, int interruptedAt)
      throws IOException {
    Recipe recipe = recipe(stop, order);
    Path whole = run("whole", recipe);
    Path cut = folder.resolve("cut");
    AtomicInteger asked = new AtomicInteger();
    try (RunFolder run = RunFolder.create(cut)) {
      BooleanSupplier once = () -> asked.incrementAndGet() == interruptedAt;
      assertThat(Experiment.run(recipe, run, setup(once)).status()).isEqualTo("interrupted");
    }
    try (RunFolder run = RunFolder.resume(cut)) {
      Experiment.resume(run, Recipe.Kind.UNLEARN, setup(() -> false));
    }
    for (String file : List.of("model/model.safetensors", "samples.jsonl")) {
      assertThat(cut.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
    }
    assertThat(told(cut)).isEqualTo(told(whole));
  }

  /** What the looks found, without times. */
  private static List<String> told(Path run) {
    return events(run, "check").stream()
        .map(e -> e.path("update") + " " + e.path("forgotten") + " " + e.path("el_mean"))
        .toList();
  }

  private String divergence(Path out, String... optimizer) {
    List<String> settings = new ArrayList<>(List.of("optimizer.schedule=constant"));
    settings.addAll(List.of(optimizer));
    Recipe recipe = recipe(settings.toArray(String[]::new));
    try (RunFolder run = RunFolder.create(out)) {
      EngramException thrown =
          catchThrowableOfType(
              EngramException.class, () -> Experiment.run(recipe, run, setup(() -> false)));
      assertThat(thrown.exitCode()).isEqualTo(2);
      assertThat(out.resolve("model")).doesNotExist();
      assertThat(run.manifest().status()).isEqualTo("failed");
      assertThat(events(out, "failure").get(0).path("message").asString())
          .isEqualTo(thrown.getMessage());
      return String.valueOf(thrown.getMessage());
    }
  }

  /** Weights of 1e12 are numbers, what comes of them isn't. */
  @ParameterizedTest
  @ValueSource(strings = {"sgd", "adamw"})
  void aRunThatDivergesKeepsTheStateBeforeTheUpdate(String optimizer) {
    Path out = folder.resolve("diverged");
    assertThat(divergence(out, "optimizer.name=" + optimizer, "optimizer.learning_rate=1.0e+12"))
        .matches(
            "Update 2: (a loss|the gradient) is (NaN|-?Infinity); training has diverged\\. The"
                + " update was not applied\\.\n"
                + "It drew the forget samples t\\d, t\\d\\. checkpoint/ holds the weights after"
                + " update 1\\.\n"
                + "Use a smaller optimizer.learning_rate or set optimizer.clip_norm\\.");
    assertThat(events(out, "checkpoint").get(0).path("update").asInt()).isEqualTo(1);
    assertThat(out.resolve("checkpoint/state.safetensors")).exists();
  }

  @Test
  void weightsThatAreNoNumbersNeverBecomeTheCheckpoint() {
    Path out = folder.resolve("diverged");
    assertThat(divergence(out, "optimizer.learning_rate=1.0e+39", "budget.batch=7"))
        .isEqualTo(
            """
            Update 1 left weights that are NaN or infinite: training has diverged.
            No checkpoint had been written yet.
            Use a smaller optimizer.learning_rate or set optimizer.clip_norm.\
            """);
    assertThat(out.resolve("checkpoint")).doesNotExist();
  }
}
