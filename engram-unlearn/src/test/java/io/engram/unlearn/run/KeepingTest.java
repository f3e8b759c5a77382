package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.run.RunFolder;
import io.engram.core.run.SampleRow;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.unlearn.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Runs that stop at the range of samples never seen and hold the loss on samples to keep. */
class KeepingTest {
  @TempDir Path folder;

  private KnownTexts texts;

  @BeforeEach
  void writeData() throws IOException {
    texts = new KnownTexts(folder);
    texts.writeData();
  }

  private Recipe recipe(String... overrides) {
    return texts.recipe(overrides);
  }

  private Path run(String name, Recipe recipe) {
    Path out = folder.resolve(name);
    try (RunFolder run = RunFolder.create(out)) {
      assertThat(Experiment.run(recipe, run, SmallRuns.setup(() -> false)).status())
          .isEqualTo("done");
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

  /**
   * 0.3 above the start with ε = 0.2, so a target of 0.18: λ grows by 0.1 · 0.12 / 0.2, and never
   * falls below 0.
   */
  @Test
  void theDualVariableGrowsByTheExcess() {
    assertThat(Keeping.raised(0, 0.3, 0.2)).isCloseTo(0.06, within(1e-12));
    assertThat(Keeping.raised(0.03, 0.1, 0.2)).isZero();
    assertThat(Keeping.raised(2, 0.1, 0.2)).isCloseTo(1.96, within(1e-12));
  }

  /**
   * Fewer samples left before better forgotten ones; with as many left, those known less; with none
   * left, the least loss.
   */
  @Test
  void theBestStateHasForgottenMostThenKeptMost() {
    Keeping.Checked start = new Keeping.Checked(0, 40, -0.3, 0.10, null);
    Keeping.Checked half = new Keeping.Checked(60, 40, -3.0, 0.13, null);
    Keeping.Checked most = new Keeping.Checked(80, 2, -1.0, 0.14, null);
    Keeping.Checked all = new Keeping.Checked(90, 0, 0, 0.145, null);
    Keeping.Checked milder = new Keeping.Checked(95, 0, 0, 0.12, null);
    List<Keeping.Checked> checks = new ArrayList<>(List.of(all, start, most, milder, half));
    checks.sort(Keeping.BEST_FIRST);
    assertThat(checks).containsExactly(milder, all, most, half, start);
  }

  /** A rise of twice nine tenths of the bound: a quarter of the rate. */
  @Test
  void beyondItsTargetStepsAreShorter() {
    assertThat(Keeping.rateScale(0.36, 0.2)).isCloseTo(0.25, within(1e-12));
    assertThat(Keeping.rateScale(0.18, 0.2)).isEqualTo(1);
    assertThat(Keeping.rateScale(-1, 0.2)).isEqualTo(1);
  }

  @Test
  void theBoundIsATenthOfTheStartAndAtLeastAFiveHundredth() {
    assertThat(Keeping.epsilon(0.0, 0.02)).isEqualTo(0.05);
    assertThat(Keeping.epsilon(0.0, 3)).isCloseTo(0.3, within(1e-12));
    assertThat(Keeping.epsilon(0.7, 3)).isEqualTo(0.7);
    assertThat(Keeping.loss(List.of(new double[] {-1, -2}, new double[] {-6}))).isEqualTo(3);
  }

  @Test
  void aRunEndsInsideTheRangeOfTheControls() {
    Path out = run("controls", recipe());
    JsonNode stop = events(out, "stop").get(0);
    assertThat(stop.path("reason").asString()).isEqualTo("controls");
    assertThat(stop.path("forgotten").asInt()).isEqualTo(4);
    List<JsonNode> checks = events(out, "check");
    JsonNode first = checks.get(0);
    JsonNode last = checks.get(checks.size() - 1);
    assertThat(first.path("log_prob_mean").asDouble())
        .isGreaterThan(first.path("log_prob_limit").asDouble());
    assertThat(last.path("log_prob_mean").asDouble())
        .isLessThanOrEqualTo(last.path("log_prob_limit").asDouble());
    List<JsonNode> keep = events(out, "keep");
    assertThat(keep).hasSameSizeAs(checks);
    assertThat(keep).allMatch(k -> k.path("samples").asInt() == 2);
    assertThat(keep).allMatch(k -> k.path("bound").asDouble() == 5);
    try (RunFolder read = RunFolder.read(out)) {
      assertThat(read.samples())
          .extracting(SampleRow::forgottenAtUpdate)
          .doesNotContainNull()
          .contains(stop.path("updates").asInt());
    }
  }

  @Test
  void aResumedRunEndsWithTheSameBytes() throws IOException {
    Recipe recipe = recipe("budget.epochs=3");
    Path whole = run("whole", recipe);
    Path halved = folder.resolve("halved");
    AtomicInteger asked = new AtomicInteger();
    try (RunFolder run = RunFolder.create(halved)) {
      assertThat(
              Experiment.run(recipe, run, SmallRuns.setup(() -> asked.incrementAndGet() == 3))
                  .status())
          .isEqualTo("interrupted");
    }
    try (RunFolder run = RunFolder.resume(halved)) {
      Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false));
    }
    assertThat(SmallRuns.weights(halved)).isEqualTo(SmallRuns.weights(whole));
  }

  /** No update stays within a bound of a billionth, so the best state is the one at the start. */
  @Test
  void theBestStateIsWithinTheBound() throws IOException {
    Path out = run("bound", recipe("method.retain_bound=1e-9", "budget.epochs=2"));
    assertThat(events(out, "best").get(0).path("update").asInt()).isZero();
    assertThat(events(out, "stop").get(0).path("reason").asString()).isEqualTo("budget");
    assertThat(out.resolve("best")).doesNotExist();
    double[] lambda =
        events(out, "keep").stream().mapToDouble(k -> k.path("lambda").asDouble()).toArray();
    assertThat(lambda[lambda.length - 1]).isGreaterThan(1);
    Recipe recipe = recipe();
    try (LanguageModel model = LanguageModel.open(recipe.model().path(), ModelOptions.defaults())) {
      model.save(folder.resolve("start"), model.dtype());
    }
    assertThat(SmallRuns.weights(out))
        .isEqualTo(Files.readAllBytes(folder.resolve("start/model.safetensors")));
  }

  /**
   * After an update 2 of 4 are forgotten, within the bound; after two all are, so far outside it
   * that the run can't ease back.
   */
  private Recipe overshooting() {
    return recipe(
        "method.retain_bound=0.04",
        "method.retain_weight=0.1",
        "optimizer.learning_rate=2.0e-2",
        "budget.epochs=2",
        "stop.every_updates=1");
  }

  @Test
  void whatIsToldIsOfTheWeightsThatTheRunLeaves() {
    Path out = run("told", overshooting());
    assertThat(events(out, "check"))
        .extracting(check -> check.path("forgotten").asInt())
        .containsExactly(0, 2, 4, 4, 4);
    toldOfTheBest(out);
  }

  private static void toldOfTheBest(Path run) {
    assertThat(events(run, "best").get(0).path("update").asInt()).isEqualTo(1);
    JsonNode stop = events(run, "stop").get(0);
    assertThat(stop.path("reason").asString()).isEqualTo("budget");
    assertThat(stop.path("updates").asInt()).isEqualTo(4);
    assertThat(stop.path("forgotten").asInt()).isEqualTo(2);
    assertThat(stop.path("samples").asInt()).isEqualTo(4);
    assertThat(stop.has("efficiency")).isFalse();
    try (RunFolder read = RunFolder.read(run)) {
      assertThat(read.samples())
          .extracting(SampleRow::forgottenAtUpdate)
          .containsExactlyInAnyOrder(1, 1, null, null);
    }
  }

  /** The checkpoint says what the best weights have forgotten. */
  @Test
  void aResumedRunTellsOfTheWeightsThatItLeaves() {
    Path out = interrupted("resumed");
    try (RunFolder run = RunFolder.resume(out)) {
      Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false));
    }
    toldOfTheBest(out);
  }

  private Path interrupted(String name) {
    Path out = folder.resolve(name);
    AtomicInteger asked = new AtomicInteger();
    try (RunFolder run = RunFolder.create(out)) {
      assertThat(
              Experiment.run(
                      overshooting(), run, SmallRuns.setup(() -> asked.incrementAndGet() == 3))
                  .status())
          .isEqualTo("interrupted");
    }
    return out;
  }

  @Test
  void aCheckpointThatDoesNotSayWhatTheBestHasForgottenIsRefused() throws IOException {
    Path out = interrupted("earlier");
    Path position = out.resolve("checkpoint/position.json");
    String text = Files.readString(position);
    int best = text.indexOf("\"best\"");
    String earlier =
        text.substring(0, best)
            + text.substring(best).replaceFirst(",\\s*\"forgotten_at\"\\s*:\\s*\\[[^]]*]", "");
    assertThat(earlier).isNotEqualTo(text);
    Files.writeString(position, earlier);
    Files.delete(out.resolve("checkpoint/sums.json"));
    try (RunFolder run = RunFolder.resume(out)) {
      EngramException e =
          catchThrowableOfType(
              EngramException.class,
              () -> Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false)));
      assertThat(e)
          .hasMessage(
              out
                  + ": an earlier version of Engram wrote the checkpoint; it doesn't say which "
                  + "samples the best weights so far have forgotten.\n"
                  + "Resume the run with that version, or start it anew.");
    }
  }

  @Test
  void keptSamplesThatMeasureNeverTrain() {
    assertThat(RunData.held(10, 42)).hasSize(2).isEqualTo(RunData.held(10, 42));
    assertThat(RunData.held(4, 42)).hasSize(1);
    assertThat(RunData.held(5000, 42)).hasSize(40);
    try (LanguageModel model =
        LanguageModel.open(recipe().model().path(), ModelOptions.defaults())) {
      RunData data = RunData.load(recipe(), model.samples());
      assertThat(data.heldTokens()).hasSize(2).doesNotContainAnyElementsOf(data.retainTokens());
      assertThat(data.retainTokens()).hasSize(8);
      RunData without =
          RunData.load(recipe("method.retain_bound=null", "stop.keep=last"), model.samples());
      assertThat(without.heldTokens()).isEmpty();
      assertThat(without.retainTokens()).hasSize(10);
    }
  }

  @Test
  void oneSampleCanNotBothTrainAndMeasure() throws IOException {
    Files.write(folder.resolve("retain.jsonl"), KnownTexts.random(1, "r"));
    EngramException e = catchThrowableOfType(EngramException.class, () -> run("one", recipe()));
    assertThat(e).hasMessageContaining("retain.data has 1 sample: at least 2 are needed");
  }

  @Test
  void keysWithoutEffectAreFaults() {
    assertThat(
            catchThrowableOfType(
                EngramException.class, () -> recipe("stop.rule=budget", "method.retain_weight=0")))
        .hasMessageContaining("controls.data: has no effect")
        .hasMessageContaining("method.retain_bound = 5.0: has no effect");
    assertThat(catchThrowableOfType(EngramException.class, () -> recipe("stop.rule=retrained")))
        .hasMessageContaining("eval.retrained: missing; stop.rule = retrained");
    assertThat(catchThrowableOfType(EngramException.class, () -> recipe("controls.data=[]")))
        .hasMessageContaining("controls.data: missing; stop.rule = controls");
    assertThat(catchThrowableOfType(EngramException.class, () -> recipe("method.name=gru")))
        .isNull();
  }
}
