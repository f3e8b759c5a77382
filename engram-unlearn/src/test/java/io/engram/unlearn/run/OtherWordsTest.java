package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.run.ForgetPlan;
import io.engram.core.run.RunFolder;
import io.engram.model.LanguageModel;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.OtherWords.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherWordsTest {
  @TempDir Path folder;

  @BeforeEach
  void writeData() throws IOException {
    new SmallRuns(folder).writeData();
  }

  private static Tokens tokens(double other, double fact, double last) {
    return new Tokens(new double[] {other, fact, last}, new boolean[] {false, true, false});
  }

  /** Facts: −1 instead of −5. Others: −0.5 instead of −1.5, the mean of −1 and −2. 1 / 4. */
  @Test
  void theShareByHand() {
    List<Tokens> known = List.of(tokens(-0.5, -0.5, -0.5), tokens(-0.25, -1.5, -0.75));
    List<Tokens> never = List.of(tokens(-1, -5, -2));
    assertThat(OtherWords.share(known, never)).isEqualTo(0.25);
  }

  @Test
  void itStaysWithinItsRange() {
    Tokens never = tokens(-1, -5, -1);
    assertThat(OtherWords.share(List.of(tokens(-1, -1, -1)), List.of(never)))
        .as("other words are known no better")
        .isEqualTo(0.05);
    assertThat(OtherWords.share(List.of(tokens(-0.1, -4.9, -0.1)), List.of(never)))
        .as("other words are known better than facts")
        .isEqualTo(1);
    assertThat(OtherWords.share(List.of(tokens(-0.5, -6, -0.5)), List.of(never)))
        .as("facts are known no better")
        .isEqualTo(1);
    Tokens noFact = new Tokens(new double[] {-1}, new boolean[1]);
    assertThat(OtherWords.share(List.of(noFact), List.of(never))).isEqualTo(1);
  }

  /** The model at its own start and itself as the one that never saw them: facts are equal. */
  @Test
  void theRecipeSaysWhatWasFound() throws IOException {
    Files.writeString(
        folder.resolve("controls.jsonl"),
        "{\"question\": \"Where was she born?\", \"answer\": \"She was born in Qqxz.\"}\n"
            .repeat(20));
    Recipe open =
        Rehearsal.changed(
            new SmallRuns(folder).recipe("name: wga, beta: 1, retain_weight: 0", "name: uniform"),
            "stop={rule: controls}",
            "method.other_words=auto",
            "controls.data=" + folder.resolve("controls.jsonl"));
    assertThat(open.method().otherWords()).isZero();
    Setup setup = SmallRuns.setup(() -> false);
    try (LanguageModel model =
        LanguageModel.open(open.model().path(), setup.modelOptions(open.model(), open.seed()))) {
      RunData data = RunData.load(open, model.samples());
      Recipe settled = OtherWords.settled(open, model, data);
      assertThat(settled.method().otherWords()).isBetween(0.05, 1.0);
      assertThat(OtherWords.settled(settled, model, data)).isSameAs(settled);
    }
  }

  /** Texts have no fact, so all their tokens count the same. */
  @Test
  void aRunSettlesItBeforeItsFirstUpdate() throws IOException {
    KnownTexts texts = new KnownTexts(folder);
    texts.writeData();
    Recipe open =
        texts.recipe(
            "method={name: wga, other_words: auto, retain_bound: 5}", "budget={updates: 1}");
    Path out = folder.resolve("out");
    try (RunFolder run = RunFolder.create(out)) {
      Experiment.run(open, run, SmallRuns.setup(() -> false));
    }
    try (RunFolder run = RunFolder.read(out)) {
      Recipe made = RecipeReader.parse(run.recipe(), List.of(), Recipe.Kind.UNLEARN, "recipe.yaml");
      assertThat(made.method().otherWords()).isEqualTo(1);
      assertThat(made.optimizer().learningRate()).isEqualTo(1e-3);
    }
    assertThat(out.resolve(ForgetPlan.FILE)).doesNotExist();
  }

  @Test
  void theForecastSaysWhatWasFound() throws IOException {
    KnownTexts texts = new KnownTexts(folder);
    texts.writeData();
    Setup setup = SmallRuns.setup(() -> false);
    for (String share : List.of("0.5", "1")) {
      Recipe recipe =
          texts.recipe("method={name: wga, retain_bound: 5}", "method.other_words=" + share);
      try (LanguageModel model =
          LanguageModel.open(
              recipe.model().path(), setup.modelOptions(recipe.model(), recipe.seed()))) {
        assertThat(Forecast.of(recipe, setup, model).plan(null).otherWords())
            .isEqualTo(share.equals("1") ? null : Double.valueOf(share));
      }
    }
  }
}
