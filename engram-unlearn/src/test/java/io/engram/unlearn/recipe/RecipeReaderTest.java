package io.engram.unlearn.recipe;

import static io.engram.unlearn.recipe.Recipe.Kind.FINETUNE;
import static io.engram.unlearn.recipe.Recipe.Kind.UNLEARN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.model.train.OptimizerSettings.Decay;
import io.engram.model.train.OptimizerSettings.Schedule;
import io.engram.unlearn.difficulty.Antithetic;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.method.Finetune;
import io.engram.unlearn.method.GradientAscent;
import io.engram.unlearn.method.Npo;
import io.engram.unlearn.method.SimNpo;
import io.engram.unlearn.method.UnlearningMethod.RetainLoss;
import io.engram.unlearn.order.SampleOrder.Pair;
import io.engram.unlearn.order.UniformOrder;
import io.engram.unlearn.stop.BudgetRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipeReaderTest {
  static final String SMALLEST = "forget: {data: 'tofu:forget10'}";

  static Recipe unlearn(String yaml, String... overrides) {
    return RecipeReader.parse(yaml, List.of(overrides), UNLEARN, "recipe.yaml");
  }

  @Test
  void aWholeNumberTooLargeIsAFault() {
    assertThatThrownBy(() -> unlearn(SMALLEST, "optimizer.learning_rate=" + "1".repeat(400)))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("optimizer.learning_rate = 111");
  }

  @Test
  void everythingButTheForgetSetHasADefault() {
    assertThat(unlearn(SMALLEST))
        .isEqualTo(
            new Recipe(
                new ModelSection(
                    "mini",
                    ModelSection.DtypeChoice.AUTO,
                    TemplateSpec.PLAIN,
                    null,
                    false,
                    ModelSection.DtypeChoice.AUTO),
                DataSection.of(List.of("tofu:forget10")),
                DataSection.NONE,
                DataSection.NONE,
                DataSection.NONE,
                new GradientAscent(1, 0, RetainLoss.NLL, null),
                new UniformOrder(false, Pair.RANDOM),
                new OptimizerSection.AdamW(
                    1e-5, 0.01, List.of(0.9, 0.999), 1e-8, 0, 0, Decay.ALL, Schedule.LINEAR, 0),
                new ScopeSection.All(List.of()),
                new BudgetSection(5, null, 4, 4),
                new BudgetRule(),
                EvalSection.of(List.of("tofu")),
                1,
                42));
  }

  @Test
  void readsTheRecipeOfTheManual() {
    Recipe recipe =
        unlearn(
            """
            # engram unlearn recipes/tofu/mini-npo-mrd.yaml
            model:     {path: models/mini}
            forget:    {data: tofu:forget10}
            retain:    {data: [tofu:retain90, more.jsonl.gz]}
            method:    {name: npo, beta: 0.05, retain_weight: 1.0, retain_loss: kl}
            order:     {name: mrd, refresh_epochs: 2, estimator: {sigma: 2e-4, draws: 8}}
            optimizer: {name: adamw, learning_rate: 1e-5, warmup_updates: 10}
            scope:     {train: lora, rank: 8, alpha: 16, layers: [0, 1]}
            budget:    {updates: 100, batch: 2}
            eval:      {suites: []}
            seed: -7
            """);
    assertThat(recipe.retain().data()).containsExactly("tofu:retain90", "more.jsonl.gz");
    assertThat(recipe.method())
        .isEqualTo(new Npo(1, 1, RetainLoss.KL, null, 0.05, Npo.Reduction.SUM));
    Antithetic estimator = (Antithetic) recipe.estimator();
    assertThat(estimator.sigma()).isEqualTo(2e-4);
    assertThat(estimator.draws()).isEqualTo(8);
    assertThat(estimator.clamp()).isEqualTo(1e-6);
    assertThat(recipe.optimizer().learningRate()).isEqualTo(1e-5);
    assertThat(recipe.scope().layers()).containsExactly(0, 1);
    assertThat(recipe.budget()).isEqualTo(new BudgetSection(null, 100, 2, 4));
    assertThat(recipe.eval().suites()).isEmpty();
    assertThat(recipe.seed()).isEqualTo(-7);
  }

  @Test
  void overridesWinAndTheLastOfThemCounts() {
    Recipe recipe =
        unlearn(
            SMALLEST + "\nbudget: {epochs: 3}\nseed: 1",
            "seed=2",
            "seed=3",
            "method.name=npo",
            "retain.data=[tofu:retain90]",
            "optimizer.learning_rate=3e-6",
            "scope={train: lora, rank: 4}",
            "budget.epochs=",
            "budget.updates=20",
            "model.template={prompt: \"Q: {question}\\nA:\", answer: ' {answer}'}");
    assertThat(recipe.seed()).isEqualTo(3);
    assertThat(recipe.method().retainWeight()).isEqualTo(1);
    assertThat(recipe.optimizer().learningRate()).isEqualTo(3e-6);
    assertThat(recipe.scope().lora().rank()).isEqualTo(4);
    assertThat(recipe.budget()).isEqualTo(new BudgetSection(null, 20, 4, 4));
    assertThat(recipe.model().template())
        .isEqualTo(new TemplateSpec.Pair("Q: {question}\nA:", " {answer}"));
  }

  @Test
  void finetuningHasItsOwnDefaults() {
    Recipe recipe =
        RecipeReader.parse(
            "train: {data: a.txt}", List.of("model.init=true"), FINETUNE, "recipe.yaml");
    assertThat(recipe.method()).isEqualTo(new Finetune());
    assertThat(recipe.method().retainWeight()).isZero();
    assertThat(recipe.train().data()).containsExactly("a.txt");
    assertThat(recipe.model().init()).isTrue();
  }

  @Test
  void theRetainWeightIsOneUnlessTheMethodHasNone() {
    String withRetain = SMALLEST + "\nretain: {data: r.csv}\n";
    assertThat(unlearn(withRetain).method().retainWeight()).isZero();
    for (String method : List.of("grad_diff", "po", "npo", "simnpo", "dpo", "wga")) {
      assertThat(unlearn(withRetain, "method.name=" + method).method().retainWeight()).isEqualTo(1);
    }
    assertThat(unlearn(SMALLEST, "method.name=npo", "method.retain_weight=0").retain().isEmpty())
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({"npo,0.1", "dpo,0.1", "simnpo,4.5", "wga,1.0", "tnpo,4.0", "undial,10.0"})
  void betaIsTheMethodsOwnUnlessItIsSet(String method, String beta) {
    String withRetain = SMALLEST + "\nretain: {data: r.csv}\n";
    assertThat(RecipeWriter.yaml(unlearn(withRetain, "method.name=" + method)))
        .contains("beta: " + beta);
    String set = RecipeWriter.yaml(unlearn(withRetain, "method.name=" + method, "method.beta=3"));
    assertThat(set).contains("beta: 3.0");
  }

  @Test
  void altPoNeedsAlternatives() {
    String withRetain = SMALLEST + "\nretain: {data: r.csv}\n";
    assertThatThrownBy(() -> unlearn(withRetain, "method.name=altpo"))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining(
            "method.alternatives: missing; method.name = altpo needs a file of other answers");
    assertThatThrownBy(
            () ->
                unlearn(
                    withRetain,
                    "method={name: altpo, alternatives: a.jsonl, sampled_alternatives: 5}"))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining(
            "method.sampled_alternatives = 5: the alternatives are in method.alternatives ="
                + " a.jsonl; set only one");
    assertThat(unlearn(SMALLEST, "method.name=flat").retain().isEmpty()).isTrue();
  }

  @Test
  void aFileIsReadAndNamed(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("r.yaml"), SMALLEST);
    assertThat(RecipeReader.read(file, List.of(), UNLEARN)).isEqualTo(unlearn(SMALLEST));
    Path missing = folder.resolve("none.yaml");
    assertThatThrownBy(() -> RecipeReader.read(missing, List.of(), UNLEARN))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(3))
        .hasMessage("the recipe " + missing + " does not exist");
  }

  /** 5 epochs are for a rate that is given; a rate that is found comes with its budget. */
  @Test
  void aBudgetThatIsNotGivenIsOpenWhereTheRateIs() {
    String open = "stop: {rule: per_sample}\n" + SMALLEST;
    BudgetSection none = new BudgetSection(null, null, 4, 4);
    assertThat(unlearn(open).budget()).isEqualTo(none);
    assertThat(unlearn(open, "budget.batch=2").budget())
        .isEqualTo(new BudgetSection(null, null, 2, 4));
    assertThat(unlearn(open, "budget.epochs=5").budget())
        .isEqualTo(new BudgetSection(5, null, 4, 4));
    assertThat(unlearn(open, "budget.updates=9").budget())
        .isEqualTo(new BudgetSection(null, 9, 4, 4));
    assertThat(unlearn(open, "optimizer.learning_rate=1e-4").budget())
        .isEqualTo(new BudgetSection(5, null, 4, 4));
    assertThat(unlearn(RecipeWriter.yaml(unlearn(open)))).isEqualTo(unlearn(open));
  }

  /** 0 stands for a rate that is to be found. */
  @Test
  void aRateThatIsNotGivenIsFoundWhereSamplesAreChecked(@TempDir Path folder) throws IOException {
    String rule = "stop: {rule: per_sample}\n";
    assertThat(rate(SMALLEST)).isEqualTo(1e-5);
    assertThat(rate(rule + SMALLEST)).isZero();
    assertThat(rate(rule + "optimizer: {warmup_updates: 3}\n" + SMALLEST)).isZero();
    assertThat(rate(SMALLEST, "stop.rule=el_ma", "optimizer.learning_rate=null")).isZero();
    assertThat(rate(rule + SMALLEST, "optimizer.learning_rate=3e-4")).isEqualTo(3e-4);
    assertThat(rate(rule + SMALLEST, "stop.rule=budget")).isEqualTo(1e-5);
    assertThat(said(folder, SMALLEST))
        .containsExactly(
            "optimizer.learning_rate is not given: 1e-5, since stop.rule = budget checks no samples"
                + " by which a rehearsal could find one.");
    assertThat(said(folder, rule + SMALLEST))
        .containsExactly(
            "optimizer.learning_rate is not given: a rehearsal before the run finds it.");
    assertThat(said(folder, "optimizer: {learning_rate: 2e-5}\n" + SMALLEST)).isEmpty();
  }

  private static double rate(String yaml, String... overrides) {
    return unlearn(yaml, overrides).optimizer().learningRate();
  }

  private static List<String> said(Path folder, String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("r.yaml"), yaml);
    List<String> said = new ArrayList<>();
    RecipeReader.read(file, List.of(), UNLEARN, said::add);
    return said;
  }

  @Test
  void recipesAreComparedByWhatTheyMean() {
    Recipe recipe = unlearn(SMALLEST, "order={name: mrd, estimator: {draws: 16}}");
    String whole = RecipeWriter.yaml(recipe);
    assertThat(RecipeReader.isSame(whole, recipe)).isTrue();
    assertThat(
            RecipeReader.isSame(
                "order: {name: mrd, estimator: {draws: 16}}\n# a remark\n" + SMALLEST, recipe))
        .isTrue();
    assertThat(RecipeReader.isSame(SMALLEST, recipe)).isFalse();
    assertThat(RecipeReader.isSame(whole + "more: 1\n", recipe)).isFalse();
    assertThat(RecipeReader.isSame("", recipe)).isFalse();
  }

  /** An option of a choice that isn't made is a mistake, and says who has it. */
  @Test
  void optionsOfOtherChoicesAreFaults() {
    assertThatThrownBy(() -> unlearn(SMALLEST + "\nmethod: {name: ga, steering: 5}"))
        .hasMessage(
            "recipe.yaml has a fault:\n  method.steering = 5: is for method.name = rmu; here it is"
                + " ga");
    assertThatThrownBy(() -> unlearn(SMALLEST, "order.refresh_epochs=2"))
        .hasMessageContaining("order.refresh_epochs = 2: is for order.name = mrd; here it is");
  }

  /** The file's options were those of its own choice. */
  @Test
  void anotherChoiceOnTheCommandLineLeavesTheFilesOptionsBehind() {
    String npo = SMALLEST + "\nmethod: {name: npo, beta: 0.05, retain_weight: 0}";
    assertThat(unlearn(npo, "method.name=ga").method())
        .isEqualTo(new GradientAscent(1, 0, RetainLoss.NLL, null));
    assertThat(unlearn(npo, "method.name=simnpo").method())
        .isEqualTo(new SimNpo(1, 0, RetainLoss.NLL, null, 0.05, 0));
    assertThatThrownBy(() -> unlearn(npo, "method.name=ga", "method.beta=1"))
        .hasMessageContaining("method.beta = 1: is for method.name = npo or simnpo");
    assertThatThrownBy(() -> unlearn(npo, "method={name: ga, beta: 1}"))
        .hasMessageContaining("method.beta = 1: is for method.name = npo or simnpo");
  }

  /** Earlier versions wrote every key of every choice. */
  @Test
  void recipesOfEarlierRunsAreRead() {
    String written =
        SMALLEST
            + "\nmethod: {name: ga, beta: 0.1, delta: 0.0, layer: null, steering: 2.0}"
            + "\norder: {name: uniform, replacement: false, refresh_epochs: 1, weight: mrd,"
            + " estimator: {name: antithetic, draws: 32}}";
    assertThat(RecipeReader.resolved(written, List.of(), UNLEARN, "recipe.yaml"))
        .isEqualTo(unlearn(SMALLEST));
    assertThatThrownBy(() -> unlearn(written)).hasMessageContaining("recipe.yaml has 6 faults");
  }

  @Test
  void oneOfSeveralRecipesMustHaveAnOption(@TempDir Path folder) throws IOException {
    Path ga = Files.writeString(folder.resolve("ga.yaml"), SMALLEST);
    Path npo =
        Files.writeString(
            folder.resolve("npo.yaml"), SMALLEST + "\nmethod: {name: npo, retain_weight: 0}");
    List<String> fits = List.of("method.beta=0.3");
    RecipeReader.Several several = new RecipeReader.Several(fits);
    assertThat(several.read(ga, fits, UNLEARN)).isEqualTo(unlearn(SMALLEST));
    assertThatThrownBy(several::requireUsed)
        .hasMessageStartingWith("No recipe uses:\n  method.beta = 0.3: is for method.name = npo or")
        .hasMessageEndingWith("; here it is ga (set on the command line)");
    several.read(npo, fits, UNLEARN);
    several.read(ga, fits, UNLEARN);
    several.requireUsed();
  }
}
