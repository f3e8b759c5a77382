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
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherWordsTest {
  @TempDir Path folder;

  @BeforeEach
  void writeData() throws IOException {
    new SmallRuns(folder).writeData();
  }

  /** A sample whose other words have a mean log-probability, around a fact that has another. */
  private static Tokens tokens(double other, double fact) {
    return new Tokens(
        new double[] {other - 0.1, fact, other + 0.1}, new boolean[] {false, true, false});
  }

  private static List<Tokens> samples(int count, double other, double fact) {
    return Collections.nCopies(count, tokens(other, fact));
  }

  private static List<Tokens> both(List<Tokens> some, List<Tokens> more) {
    return Stream.of(some, more).flatMap(List::stream).toList();
  }

  /** Of 20 controls the 95th percentile is the largest, -1. */
  private static final List<Tokens> NEVER = both(samples(19, -3, -5), samples(1, -1, -1));

  /**
   * The bounds that Clopper and Pearson give for 8 and 3 of 8 are 0.6877 and 0.1111: (0.6877 -
   * 0.05) / 0.95 and (0.1111 - 0.05) / 0.95.
   */
  @Test
  void theShareByHand() {
    assertThat(OtherWords.share(samples(8, -0.5, -0.5), NEVER)).isEqualTo(0.67);
    assertThat(OtherWords.share(both(samples(3, -0.5, -0.5), samples(5, -2, -0.5)), NEVER))
        .isEqualTo(0.06);
    assertThat(OtherWords.share(samples(40, -0.5, -0.5), NEVER)).isEqualTo(0.92);
  }

  /** Two of eight are above by chance in one of eighteen cases. */
  @Test
  void whatMayBeChanceCountsAsNothing() {
    assertThat(OtherWords.share(both(samples(2, -0.5, -0.5), samples(6, -2, -0.5)), NEVER))
        .isEqualTo(0.05);
    assertThat(OtherWords.share(samples(8, -1, 0), NEVER)).as("at the limit").isEqualTo(0.05);
  }

  @Test
  void withNothingToCompareAllCountTheSame() {
    Tokens onlyFact = new Tokens(new double[] {-1}, new boolean[] {true});
    assertThat(OtherWords.share(List.of(onlyFact), NEVER)).isEqualTo(1);
    assertThat(OtherWords.share(samples(8, -0.5, -0.5), List.of(onlyFact))).isEqualTo(1);
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
