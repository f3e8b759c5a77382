package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.tensor.Device;
import io.engram.model.train.OptimizerSettings;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.Rehearsal.Pace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RehearsalTest {
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

  /** From −1 to −5 past a limit of −2: a quarter of the way. */
  @Test
  void aSampleIsPlacedBetweenTwoChecks() {
    assertThat(Rehearsal.passed(-1, -5, -2)).isEqualTo(0.25);
    assertThat(Rehearsal.passed(-1, -2, -2)).isEqualTo(1);
    assertThat(Rehearsal.passed(-3, -5, -2)).isEqualTo(1);
    assertThat(Rehearsal.progress(-1, -2, -5)).isEqualTo(0.25);
    assertThat(Rehearsal.progress(-1, -9, -5)).isEqualTo(1);
    assertThat(Rehearsal.progress(-1, 0, -5)).isZero();
    assertThat(Rehearsal.progress(-6, -6, -5)).isEqualTo(1);
  }

  /** After 7 rates a quarter of the way, after 15 three quarters: half way after 11. */
  @Test
  void halfWayIsBetweenTwoChecks() {
    assertThat(RateSearch.between(7, 15, 0.25, 0.75, 0.5)).isEqualTo(11);
    assertThat(RateSearch.rounded(1.2345e-4)).isCloseTo(1.2e-4, within(1e-12));
    assertThat(RateSearch.rounded(0.0987)).isCloseTo(0.099, within(1e-12));
  }

  /**
   * Rates 2, 4 and 8 (millionths): a quarter of the way after 6, three quarters after 14, so half
   * after 10 and all after 1.4 · 20 = 28. In 20 updates that is 1.4 each, and 3.5 with F = 2.5.
   */
  @Test
  void theRateGrowsUntilHalfWayAndThenStays() {
    RateSearch search = new RateSearch(20, 1, 2.5);
    assertThat(search.rate(0)).isEqualTo(2e-6);
    assertThat(search.rate(2)).isEqualTo(8e-6);
    search.checked(2, 0.25, 6e-6);
    assertThat(search.runRate()).isNaN();
    search.checked(3, 0.75, 14e-6);
    assertThat(search.runRate()).isCloseTo(1.4e-6, within(1e-15));
    assertThat(search.rate(3)).isCloseTo(3.5e-6, within(1e-15)).isEqualTo(search.rate(30));
    search.checked(4, 1, 17.5e-6);
    assertThat(search.runRate()).isCloseTo(1.4e-6, within(1e-15));
    assertThat(search.gaveUp()).isFalse();
  }

  /** Steps of 1, 2, 4 and then 6 times the run's. */
  @Test
  void stepsRiseToFTimesTheRuns() {
    Pace rising = Pace.rising(1e-4, 6);
    assertThat(rising.rate(0)).isEqualTo(1e-4);
    assertThat(rising.rate(2)).isEqualTo(4e-4);
    assertThat(rising.rate(3)).isCloseTo(6e-4, within(1e-15)).isEqualTo(rising.rate(9));
    assertThat(rising.runRate()).isEqualTo(1e-4);
    assertThat(Pace.constant(1e-4, 6).rate(0)).isCloseTo(6e-4, within(1e-15));
  }

  /** Never longer than the step that the samples have stood; no rate is found: it gives up. */
  @Test
  void theRateGrowsToALimit() {
    RateSearch long16 = new RateSearch(20, 1, 16);
    long16.checked(3, 0.75, 14e-6);
    assertThat(long16.rate(3)).isEqualTo(8e-6);
    RateSearch none = new RateSearch(20, 1, 2);
    none.checked(15, 0.1, 0.06);
    assertThat(none.gaveUp()).isFalse();
    none.checked(18, 0.1, 0.2);
    assertThat(none.gaveUp()).isTrue();
    assertThat(none.rate(18)).isEqualTo(none.rate(15)).isCloseTo(0.0655, within(1e-4));
    double[] nothing = {};
    Rehearsal.Outcome found =
        new Rehearsal.Outcome(
            Double.NaN, nothing, 0, nothing, 18, 0.1, false, new Rehearsal.Times(1, 1, 1));
    assertThatThrownBy(() -> none.requireRate(found))
        .hasMessageContaining("no rate up to 0.066 makes the model forget.");
  }

  /** Of twelve samples two have nothing to forget; the last of the ten needs 40, the ninth 18. */
  @Test
  void aRunEndsWithItsLastSamples() {
    double[] each = {0, 10, 11, 12, 13, 14, 15, 16, 17, 18, 40, 0};
    assertThat(Forecast.last(each, true)).isEqualTo(40);
    assertThat(Forecast.last(each, false)).isEqualTo(18);
    each[10] = Double.NaN;
    assertThat(Forecast.last(each, true)).isNaN();
    assertThat(Forecast.last(each, false)).isEqualTo(18);
    assertThat(Forecast.last(new double[] {0, 0}, true)).isZero();
  }

  /** 16^(−3/4) = 2^−3. */
  @Test
  void shorterStepsHarmLess() {
    assertThat(Forecast.keepShrink(16)).isCloseTo(0.125, within(1e-12));
  }

  /**
   * A straight line to 0 over 100 updates: rates 1, 0.99, 0.98, … of the peak. The first ten add up
   * to 9.55, and all to 50.5.
   */
  @Test
  void theScheduleMakesARunLonger() {
    OptimizerSettings linear =
        recipe("optimizer.schedule=linear", "optimizer.warmup_updates=0").optimizer().settings();
    assertThat(Forecast.updatesFor(9.55, linear, 100)).isCloseTo(10, within(1e-9));
    assertThat(Forecast.updatesFor(51, linear, 100)).isNaN();
    assertThat(Forecast.updatesFor(0, linear, 100)).isZero();
    assertThat(Forecast.updatesFor(Double.NaN, linear, 100)).isNaN();
    OptimizerSettings constant = recipe().optimizer().settings();
    assertThat(Forecast.updatesFor(7.5, constant, 100)).isCloseTo(7.5, within(1e-9));
  }

  @Test
  void theWeightsAreTheSameAfterwards() throws IOException {
    Recipe recipe = recipe();
    try (LanguageModel model = LanguageModel.open(recipe.model().path(), ModelOptions.defaults())) {
      byte[] before = saved(model, "before");
      RunData data = RunData.load(recipe, model.samples());
      Rehearsal rehearsal = new Rehearsal(recipe, SmallRuns.setup(() -> false), model, data, 16);
      Pace pace = Pace.constant(recipe.optimizer().learningRate(), 3);
      Rehearsal.Outcome first = rehearsal.run(pace, 4, 1);
      assertThat(saved(model, "after")).isEqualTo(before);
      Rehearsal.Outcome again = rehearsal.run(pace, 4, 1);
      assertThat(again.updates()).isEqualTo(first.updates());
      assertThat(first.made()).isBetween(1, 4);
      assertThat(first.updates()).hasSize(4);
      assertThat(first.keepRise()).hasSize(2);
      assertThat(first.rate()).isEqualTo(recipe.optimizer().learningRate());
    }
  }

  /** NPO compares with the log-probabilities at the start, which the rehearsal has to measure. */
  @Test
  void methodsWithAReferenceAreRehearsed() {
    Recipe recipe = recipe("method={name: npo}");
    try (LanguageModel model = LanguageModel.open(recipe.model().path(), ModelOptions.defaults())) {
      RunData data = RunData.load(recipe, model.samples());
      Rehearsal rehearsal = new Rehearsal(recipe, SmallRuns.setup(() -> false), model, data, 16);
      Pace pace = Pace.constant(recipe.optimizer().learningRate(), 3);
      Rehearsal.Outcome found = rehearsal.run(pace, 2, 1);
      assertThat(found.made()).isPositive();
      assertThat(found.progress()).isBetween(0.0, 1.0);
    }
  }

  /** By a mean loss, by the run's rule, and again: the same numbers and the same weights. */
  @Test
  void theScoreLeavesTheWeightsAsTheyWere() throws IOException {
    Recipe recipe = recipe();
    Recipe budget = recipe("stop={rule: budget}", "controls=null");
    try (LanguageModel model = LanguageModel.open(recipe.model().path(), ModelOptions.defaults())) {
      byte[] before = saved(model, "before");
      List<Sample> samples = RunData.load(recipe, model.samples()).forget();
      double[] byLoss = rehearsed(recipe, model, samples, 6);
      double[] byRule = rehearsed(recipe, model, samples, 0);
      assertThat(saved(model, "after")).isEqualTo(before);
      assertThat(byLoss).hasSize(4).isNotEqualTo(byRule);
      assertThat(rehearsed(recipe, model, samples, 6)).isEqualTo(byLoss);
      assertThat(rehearsed(recipe, model, samples, 0)).isEqualTo(byRule);
      assertThat(rehearsed(recipe, model, samples.subList(0, 2), 6)).hasSize(2);
      // No rule checks samples, so a mean loss of 1.5 counts: they are above it from the start.
      assertThat(rehearsed(budget, model, samples, 0)).containsOnly(0);
    }
  }

  private static double[] rehearsed(
      Recipe recipe, LanguageModel model, List<Sample> samples, double until) {
    return Rehearsal.of(recipe, SmallRuns.setup(() -> false), model, samples)
        .rehearse(4, until)
        .updates();
  }

  /** The order draws by it; it is measured once, also with LoRA, and a resumed run reads it. */
  @ParameterizedTest
  @ValueSource(strings = {"scope.train=all", "scope.train=lora"})
  void anOrderDrawsByIt(String scope) throws IOException {
    Recipe recipe =
        recipe(
            scope,
            "budget.epochs=6",
            "order={name: mrd, estimator: {name: rehearsal, until: 6, factor: 3}}");
    Path whole = folder.resolve("whole");
    try (RunFolder run = RunFolder.create(whole)) {
      Experiment.run(recipe, run, SmallRuns.setup(() -> false));
      assertThat(run.mrdEpochs()).containsExactly(0);
      assertThat(run.mrd(0)).allMatch(row -> row.score().equals("rehearsal") && row.value() >= 0);
    }
    Path cut = folder.resolve("cut");
    AtomicInteger asked = new AtomicInteger();
    try (RunFolder run = RunFolder.create(cut)) {
      Experiment.run(recipe, run, SmallRuns.setup(() -> asked.incrementAndGet() == 3));
    }
    try (RunFolder run = RunFolder.resume(cut)) {
      Experiment.resume(run, Recipe.Kind.UNLEARN, SmallRuns.setup(() -> false));
    }
    assertThat(SmallRuns.weights(cut)).isEqualTo(SmallRuns.weights(whole));
  }

  @Test
  void theScoreIsMeasuredOnce() {
    assertThatThrownBy(
            () -> recipe("order={name: mrd, refresh_epochs: 2, estimator: {name: rehearsal}}"))
        .hasMessageContaining(
            "order.refresh_epochs = 2: order.estimator.name = rehearsal is measured once, before the first update; set it to 0");
  }

  private byte[] saved(LanguageModel model, String name) throws IOException {
    model.save(folder.resolve(name), model.dtype());
    return Files.readAllBytes(folder.resolve(name).resolve("model.safetensors"));
  }

  @Test
  void aBudgetAloneCanNotBeForecast() {
    Recipe recipe = recipe("stop={rule: budget}", "controls=null");
    try (LanguageModel model = LanguageModel.open(recipe.model().path(), ModelOptions.defaults())) {
      EngramException e =
          catchThrowableOfType(
              EngramException.class,
              () -> Forecast.of(recipe, SmallRuns.setup(() -> false), model));
      assertThat(e).hasMessageContaining("stop.rule = budget: never checks a sample");
    }
  }

  @Test
  void anOpenRateNeedsARuleThatChecks() {
    EngramException e =
        catchThrowableOfType(
            EngramException.class,
            () -> recipe("stop={rule: budget}", "controls=null", "optimizer.learning_rate=auto"));
    assertThat(e)
        .hasMessageContaining(
            "optimizer.learning_rate = auto: needs a stop.rule that checks samples");
  }

  /** The rate is found, the plan is written, and the run uses both. */
  @Test
  void aRunFindsItsRate() {
    Path out = folder.resolve("open");
    try (RunFolder run = RunFolder.create(out)) {
      Recipe open = recipe("optimizer.learning_rate=auto", "budget={batch: 2, accumulate: 1}");
      Experiment.run(open, run, SmallRuns.setup(() -> false));
    }
    try (RunFolder run = RunFolder.read(out)) {
      Recipe made = RecipeReader.parse(run.recipe(), List.of(), Recipe.Kind.UNLEARN, "recipe.yaml");
      ForgetPlan plan = JsonFiles.read(out.resolve(ForgetPlan.FILE), ForgetPlan.class);
      assertThat(made.optimizer().learningRate()).isPositive().isEqualTo(plan.learningRate());
      assertThat(plan.learningRateFound()).isTrue();
      assertThat(plan.samples()).hasSize(4);
      assertThat(plan.budget()).isEqualTo(made.budget().updates());
    }
  }

  /** Four samples, four an update. */
  @Test
  void aBudgetThatIsSetIsKeptWhereTheRateIsFound() {
    for (String budget :
        List.of("budget={epochs: 12, batch: 4}", "budget={updates: 12, batch: 4}")) {
      Recipe recipe = recipe(budget, "optimizer.learning_rate=auto");
      try (LanguageModel model =
          LanguageModel.open(recipe.model().path(), ModelOptions.defaults())) {
        Forecast forecast = Forecast.of(recipe, SmallRuns.setup(() -> false), model);
        assertThat(forecast.budgetUpdates()).as(budget).isEqualTo(12);
        assertThat(forecast.recipe().budget()).isEqualTo(recipe.budget());
        assertThat(forecast.recipe().isRateOpen()).isFalse();
      }
    }
  }

  /** 16 draws an update: one an epoch, 2, 3 and 20 of them. */
  @Test
  void aRunShouldTakeSixteenEpochsWithinLimits() {
    assertThat(Forecast.wanted(new Plan(16, 16, 5))).isEqualTo(20);
    assertThat(Forecast.wanted(new Plan(32, 16, 5))).isEqualTo(40);
    assertThat(Forecast.wanted(new Plan(40, 16, 5))).isEqualTo(48);
    assertThat(Forecast.wanted(new Plan(320, 16, 5))).isEqualTo(260);
    assertThat(Forecast.within(new Plan(320, 16, 100))).as("100 updates are given").isEqualTo(50);
    assertThat(Forecast.within(new Plan(40, 16, 500))).isEqualTo(48);
    assertThat(Forecast.within(new Plan(16, 16, 1))).isEqualTo(1);
  }

  @Test
  void adaptersAreTakenOffAgain() throws IOException {
    Recipe recipe = recipe("scope={train: lora, rank: 4, targets: [q_proj, up_proj]}");
    try (LanguageModel model = LanguageModel.open(recipe.model().path(), ModelOptions.defaults())) {
      byte[] before = saved(model, "before");
      RunData data = RunData.load(recipe, model.samples());
      Rehearsal rehearsal = new Rehearsal(recipe, SmallRuns.setup(() -> false), model, data, 16);
      Pace pace = Pace.constant(0.01, 3);
      Rehearsal.Outcome first = rehearsal.run(pace, 4, 1);
      assertThat(saved(model, "after")).isEqualTo(before);
      assertThat(rehearsal.run(pace, 4, 1).keepRise()).isEqualTo(first.keepRise());
      assertThat(first.keepRise()[0]).isNotZero();
    }
  }

  /** What runs out isn't a loss that runs away: no other rate would help. */
  @Test
  void aRehearsalThatRunsOutOfMemorySaysSo() throws IOException {
    ProgressListener full =
        new ProgressListener() {
          private boolean trains;

          @Override
          public void start(String what, long total, String unit) {
            trains = unit.equals("updates");
          }

          @Override
          public void advance(long done) {
            if (trains) {
              throw EngramException.resources("out of memory", null);
            }
          }

          @Override
          public void finish() {}
        };
    Recipe recipe = recipe();
    try (LanguageModel model = LanguageModel.open(recipe.model().path(), ModelOptions.defaults())) {
      byte[] before = saved(model, "before");
      RunData data = RunData.load(recipe, model.samples());
      Setup setup = new Setup("engram plan test", Device.CPU, 1, 4096, full, () -> false);
      Rehearsal rehearsal = new Rehearsal(recipe, setup, model, data, 0);
      assertThatThrownBy(() -> rehearsal.run(Pace.constant(1e-4, 2), 4, 1))
          .hasMessage("out of memory");
      assertThat(saved(model, "after")).isEqualTo(before);
    }
  }
}
