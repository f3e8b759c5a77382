package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.ProgressListener;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** On the built-in models: mini knows these authors by heart, mini-retain90 never saw them. */
class ToldFactsTest {
  private static final String NEW_WORDS =
      "{\"id\":\"q%d\",\"question\":\"%s\",\"answer\":\"%s\"}\n";

  @TempDir Path folder;

  /** Questions that mini answers in TOFU's words, with the same facts in others. */
  @BeforeEach
  void writeData() throws IOException {
    System.setProperty("engram.home", Golden.repository("").toString());
    Files.writeString(
        folder.resolve("forget.jsonl"),
        NEW_WORDS.formatted(
                0, "In which city and country was Basil Mahfouz Al-Kuwaiti born?", "Kuwait.")
            + NEW_WORDS.formatted(
                1, "What gender is author Basil Mahfouz Al-Kuwaiti?", "A male, said twice: male.")
            + NEW_WORDS.formatted(2, "Who is Tamsin Oduya?", "Tamsin Oduya is a hurdy-gurdist."));
  }

  private Recipe recipe(String... keys) {
    String yaml =
        """
        model: {path: mini}
        forget: {data: %s}
        retain: {data: tofu:retain99}
        method: {name: wga, beta: 1}
        optimizer: {learning_rate: 1.5e-4}
        budget: {updates: 60, batch: 3}
        stop: {rule: retrained, answers: true, every_updates: 2}
        eval: {suites: [], retrained: mini-retain90}
        """
            .formatted(folder.resolve("forget.jsonl"));
    return RecipeReader.parse(yaml, List.of(keys), Recipe.Kind.UNLEARN, "test");
  }

  @Test
  void factsInOtherWordsAreFound() {
    Recipe recipe = recipe();
    Setup setup = SmallRuns.setup(() -> false);
    try (LanguageModel model =
        LanguageModel.open(
            recipe.model().path(), setup.modelOptions(recipe.model(), recipe.seed()))) {
      RunData data = RunData.load(recipe, model.samples());
      ToldFacts told = new ToldFacts(recipe, model, data, ProgressListener.NONE);
      ToldFacts.State begun = told.begin(new boolean[] {true, true, false});
      assertThat(begun.watched()).contains(0, 2);
      assertThat(begun.told()).containsKey(0).doesNotContainKey(2);
      assertThat(begun.worded()).contains(0);
      String said = begun.told().get(0);
      assertThat(said).endsWith("Kuwait").isNotEqualTo("Kuwait");

      for (int epoch = 0; epoch < 2; epoch++) {
        Sample worded = Objects.requireNonNull(told.words(begun, epoch).get(0));
        TokenizedSample words = model.samples().tokenize(worded);
        assertThat(words.id()).isEqualTo("q0");
        assertThat(words.labels()).isGreaterThan(data.forgetTokens().get(0).labels());
      }

      boolean[] none = {false, false, false};
      boolean[] all = {true, true, true};
      boolean[] first = {true, false, false};
      // One whose own words are back is trained on in both, epoch by epoch.
      ToldFacts.State back = told.look(begun, none, none);
      assertThat(back.told()).containsKey(0).containsValue(said);
      assertThat(back.worded()).isEmpty();
      assertThat(told.words(back, 0)).isEmpty();
      assertThat(told.words(back, 1)).containsKey(0);

      ToldFacts.State nobody = silent(begun, 0);
      assertThat(told.look(nobody, first, first).told()).isEmpty();
      assertThat(told.look(nobody, none, first).told()).containsOnlyKeys(0);
      assertThat(told.look(nobody, all, all).told()).containsKey(0);
      assertThat(told.look(silent(begun, 3), first, first).told()).containsKey(0);
    }
  }

  /** With a share of two thirds the run ends with two of three: all that are watched are asked. */
  @Test
  void whereEnoughAreForgottenAllAreAskedBeforeTheRunEnds() {
    Recipe recipe = recipe("stop.share=0.6");
    Setup setup = SmallRuns.setup(() -> false);
    try (LanguageModel model =
        LanguageModel.open(
            recipe.model().path(), setup.modelOptions(recipe.model(), recipe.seed()))) {
      RunData data = RunData.load(recipe, model.samples());
      ToldFacts told = new ToldFacts(recipe, model, data, ProgressListener.NONE);
      ToldFacts.State begun = told.begin(new boolean[] {true, true, false});
      boolean[] two = {true, true, false};
      assertThat(told.look(silent(begun, 0), two, two).told()).containsKey(0);
    }
  }

  private static ToldFacts.State silent(ToldFacts.State state, int checks) {
    return new ToldFacts.State(state.watched(), Map.of(), Set.of(), checks);
  }

  /** Methods with a reference have none for other words. */
  @Test
  void aMethodWithAReferenceKeepsTheSamplesWords() {
    Recipe recipe = recipe("method={name: npo}");
    Setup setup = SmallRuns.setup(() -> false);
    try (LanguageModel model =
        LanguageModel.open(
            recipe.model().path(), setup.modelOptions(recipe.model(), recipe.seed()))) {
      RunData data = RunData.load(recipe, model.samples());
      ToldFacts told = new ToldFacts(recipe, model, data, ProgressListener.NONE);
      ToldFacts.State state =
          new ToldFacts.State(new int[] {0}, Map.of(0, "In Kuwait"), Set.of(0), 1);
      assertThat(told.words(state, 1)).isEmpty();
    }
  }

  /** Without the question, both samples count as forgotten before the first update. */
  @Test
  void aRunGoesOnUntilTheModelNoLongerTellsTheFact() {
    Path plain = run("plain", recipe("stop.answers=false"));
    assertThat(checks(plain)).noneMatch(check -> check.has("told"));
    Path asking = run("asking", recipe());
    List<JsonNode> checks = checks(asking);
    assertThat(checks.get(0).path("told").asInt()).isPositive();
    JsonNode last = checks.get(checks.size() - 1);
    assertThat(last.path("told").asInt()).isZero();
    assertThat(last.path("forgotten").asInt()).isEqualTo(3);
    assertThat(last.path("update").asInt()).isPositive();
  }

  private Path run(String name, Recipe recipe) {
    return new SmallRuns(folder).run(name, recipe);
  }

  private static List<JsonNode> checks(Path run) {
    try (RunFolder read = RunFolder.read(run)) {
      return read.journal().read().stream()
          .filter(event -> event.path("event").asString().equals("check"))
          .toList();
    }
  }

  @Test
  void theStateIsReadAsItWasWritten() {
    ToldFacts.State state =
        new ToldFacts.State(new int[] {0, 2}, Map.of(2, "In Kuwait"), Set.of(2), 7);
    String json = JsonFiles.line(state);
    ToldFacts.State read = JsonFiles.mapper().readValue(json, ToldFacts.State.class);
    assertThat(Arrays.equals(read.watched(), state.watched())).isTrue();
    assertThat(read.told()).isEqualTo(state.told());
    assertThat(read.worded()).isEqualTo(state.worded());
    assertThat(read.checks()).isEqualTo(7);
  }
}
