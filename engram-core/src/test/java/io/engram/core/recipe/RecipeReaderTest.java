package io.engram.core.recipe;

import static io.engram.core.recipe.Recipe.Kind.FINETUNE;
import static io.engram.core.recipe.Recipe.Kind.UNLEARN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  void everythingButTheForgetSetHasADefault() {
    assertThat(unlearn(SMALLEST))
        .isEqualTo(
            new Recipe(
                new ModelSection("mini", Dtype.AUTO, TemplateSpec.PLAIN, null, false, Dtype.AUTO),
                DataSection.of(List.of("tofu:forget10")),
                DataSection.NONE,
                DataSection.NONE,
                new MethodSection(
                    MethodSection.MethodName.GA,
                    1,
                    0,
                    MethodSection.RetainLoss.NLL,
                    0.1,
                    0,
                    null,
                    2,
                    10,
                    MethodSection.Reduction.SUM,
                    null),
                new OrderSection(
                    OrderSection.OrderName.UNIFORM,
                    false,
                    1,
                    OrderSection.Weight.MRD,
                    new EstimatorSection(
                        EstimatorSection.EstimatorName.ANTITHETIC,
                        EstimatorSection.ControlVariate.AUTO,
                        1e-3,
                        32,
                        256,
                        0.9,
                        EstimatorSection.Absolute.OUTSIDE,
                        EstimatorSection.Tokens.MEAN,
                        EstimatorSection.Scope.ANSWER,
                        1e-6,
                        1.5)),
                new OptimizerSection(
                    OptimizerSection.OptimizerName.ADAMW,
                    1e-5,
                    0.01,
                    List.of(0.9, 0.999),
                    1e-8,
                    0,
                    0,
                    OptimizerSection.Decay.ALL,
                    OptimizerSection.Schedule.LINEAR,
                    0),
                new ScopeSection(
                    ScopeSection.Train.ALL, 8, 16, 0, List.of("q_proj", "v_proj"), List.of()),
                new BudgetSection(5, null, 4, 4),
                StopSection.ofBudget(),
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
    assertThat(recipe.method().name()).isEqualTo(MethodSection.MethodName.NPO);
    assertThat(recipe.method().beta()).isEqualTo(0.05);
    assertThat(recipe.method().retainLoss()).isEqualTo(MethodSection.RetainLoss.KL);
    assertThat(recipe.order().estimator().sigma()).isEqualTo(2e-4);
    assertThat(recipe.order().estimator().draws()).isEqualTo(8);
    assertThat(recipe.order().estimator().clamp()).isEqualTo(1e-6);
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
    assertThat(recipe.scope().rank()).isEqualTo(4);
    assertThat(recipe.budget()).isEqualTo(new BudgetSection(null, 20, 4, 4));
    assertThat(recipe.model().template())
        .isEqualTo(new TemplateSpec.Pair("Q: {question}\nA:", " {answer}"));
  }

  @Test
  void finetuningHasItsOwnDefaults() {
    Recipe recipe =
        RecipeReader.parse(
            "train: {data: a.txt}", List.of("model.init=true"), FINETUNE, "recipe.yaml");
    assertThat(recipe.method().name()).isEqualTo(MethodSection.MethodName.FINETUNE);
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
  @CsvSource({"npo,0.1", "dpo,0.1", "simnpo,4.5", "wga,1", "undial,10"})
  void betaIsTheMethodsOwnUnlessItIsSet(String method, double beta) {
    String withRetain = SMALLEST + "\nretain: {data: r.csv}\n";
    assertThat(unlearn(withRetain, "method.name=" + method).method().beta()).isEqualTo(beta);
    assertThat(unlearn(withRetain, "method.name=" + method, "method.beta=3").method().beta())
        .isEqualTo(3);
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

  @Test
  void recipesAreComparedByWhatTheyMean() {
    Recipe recipe = unlearn(SMALLEST, "order.estimator.draws=16");
    String whole = RecipeWriter.yaml(recipe);
    assertThat(RecipeReader.isSame(whole, recipe, UNLEARN)).isTrue();
    assertThat(
            RecipeReader.isSame(
                "order: {estimator: {draws: 16}}\n# a remark\n" + SMALLEST, recipe, UNLEARN))
        .isTrue();
    assertThat(RecipeReader.isSame(SMALLEST, recipe, UNLEARN)).isFalse();
    assertThat(RecipeReader.isSame(whole + "more: 1\n", recipe, UNLEARN)).isFalse();
    assertThat(RecipeReader.isSame("", recipe, UNLEARN)).isFalse();
  }
}
