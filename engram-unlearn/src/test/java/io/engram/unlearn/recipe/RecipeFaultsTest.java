package io.engram.unlearn.recipe;

import static io.engram.unlearn.recipe.Recipe.Kind.FINETUNE;
import static io.engram.unlearn.recipe.RecipeReaderTest.SMALLEST;
import static io.engram.unlearn.recipe.RecipeReaderTest.unlearn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.engram.core.EngramException;
import io.engram.unlearn.difficulty.PredictedUpdates;
import io.engram.unlearn.method.Methods;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipeFaultsTest {
  @Test
  void allFaultsAreToldAtOnce() {
    assertThatThrownBy(
            () ->
                unlearn(
                    """
                    forget: {data: tofu:forget11}
                    mehtod: {name: npo}
                    method: {name: npu, retain_weight: -1}
                    optimizer: {lerning_rate: 1e-5, betas: [0.9]}
                    beta: 0.1
                    budget: 7
                    trials: 1.5
                    """,
                    "seed=many"))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessage(
            """
            recipe.yaml has 10 faults:
              mehtod: no such key; the nearest is method
              beta: no such key; the nearest is method.beta
              forget.data = "tofu:forget11": must be tofu:SPLIT with a SPLIT of forget01, forget05, \
            forget10, retain99, retain95, retain90, full, forget01_perturbed, forget05_perturbed, \
            forget10_perturbed, retain_perturbed, real_authors, real_authors_perturbed, world_facts, \
            world_facts_perturbed, or a file .jsonl, .json, .csv, .tsv, .txt, .parquet (each also \
            .gz), also after book:, pku:, wmdp:, c4:, wikitext:, or a list of them
              method.name = "npu": must be %s
              method.retain_weight = -1: must be a number >= 0
              optimizer.lerning_rate: no such key; the nearest is optimizer.learning_rate
              optimizer.betas = [0.9]: must be a list of 2, each a number >= 0 and < 1
              budget = 7: is a section with the keys epochs, updates, batch, accumulate
              trials = 1.5: must be a whole number >= 1
              seed = "many": must be a whole number (set on the command line)\
            """
                .formatted(String.join(", ", Methods.ALL.names())));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model.dtype=float16 | model.dtype = \"float16\": must be auto, float32, bfloat16",
        "model.path=7 | model.path = 7: must be a text",
        "model.template=llama | model.template = \"llama\": must be plain, chat, llama2-chat, or",
        "model.template={prompt: a, answer: b} | with {question} in the prompt and {answer} in",
        "forget.data=a.xml | forget.data = \"a.xml\": must be tofu:SPLIT",
        "order.replacement=1 | order.replacement = 1: must be true or false",
        "order={name: mrd, estimator: {draws: 0}} | order.estimator.draws = 0: must be a whole"
            + " number >= 1",
        "order={name: mrd, estimator: {sigma: 0}} | order.estimator.sigma = 0: must be a number >"
            + " 0",
        "order={name: mrd, estimator: {sigma: NaN}} | order.estimator.sigma = \"NaN\": must be a"
            + " number > 0",
        "order={name: mrd, estimator: {max_draws: 1}} | order.estimator.max_draws = 1: must be a"
            + " whole number >= 2",
        "order={name: mrd, estimator: {stable_tau: 1.5}} | order.estimator.stable_tau = 1.5: must"
            + " be a number",
        "optimizer.learning_rate='1e-5' | optimizer.learning_rate = \"1e-5\": must be a number > 0",
        "scope={train: lora, dropout: 1} | scope.dropout = 1: must be a number >= 0 and < 1",
        "scope.layers=[-1] | scope.layers = [-1]: must be a list, each of a whole number >= 0",
        "model.init=1 | model.init = 1: must be true or false",
        "budget.batch=99999999999 | budget.batch = 99999999999: must be a whole number >= 1",
        "stop.rule=never | stop.rule = \"never\": must be budget, el_ma, per_sample",
        "stop={rule: el_ma, share: 0} | stop.share = 0: must be a number > 0 and <= 1",
        "stop={rule: el_ma, share: 1.5} | stop.share = 1.5: must be a number > 0 and <= 1",
        "stop={rule: el_ma, el: 0} | stop.el = 0: must be a number > 0",
        "stop={rule: el_ma, every_updates: 0} | stop.every_updates = 0: must be a whole number >="
            + " 1",
        "eval.suites=[3] | eval.suites = [3]: must be a list, each of a text",
        "order={name: mrd, estimator: {sigmaa: 1}} | order.estimator.sigmaa: no such key; the"
            + " nearest is order.estimator.sigma",
        "order.draws=1 | order.draws: no such key; the nearest is order.estimator.draws",
        "seeed=1 | seeed: no such key; the nearest is seed (set on the command line)",
      })
  void aWrongValueIsToldWithWhatIsAllowed(String override, String fault) {
    assertThatThrownBy(() -> unlearn(SMALLEST, override)).hasMessageContaining(fault);
  }

  @Test
  void anOrderByLogProbsNeedsAMethodThatHasThem() {
    assertThatThrownBy(
            () -> unlearn("", "order.name=saturation", "method.name=rmu", "method.retain_weight=0"))
        .hasMessageContaining(
            "order.name = saturation: needs the samples' log-probabilities, which method.name ="
                + " rmu doesn't compute; use another order, or stop.rule = controls or retrained");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "budget={epochs: 2, updates: 3} | budget.epochs = 2 and budget.updates = 3: set only",
        "method.name=npo | retain.data: missing; method.retain_weight = 1.0 with method.name = npo"
            + " needs it (or set method.retain_weight to 0)",
        "method.forget_weight=0 | method.forget_weight = 0 and method.retain_weight = 0: there "
            + "is nothing",
        "order={name: uniform, apply: loss} | order.apply = \"loss\": is for order.name = mrd or"
            + " deficit or hinge or dro or saturation; here it is uniform (set on the command line)",
        "method={name: wga, other_words: auto} | method.other_words = auto: compares with samples"
            + " never seen, and stop.rule = budget names none; set it to a number, or stop.rule to"
            + " controls or retrained",
        "method={name: wga, other_words: 0} | method.other_words = 0: must be a number > 0 and <= 1,"
            + " or auto",
        "order={name: hinge} | order.until = auto: order.name = hinge needs a loss that samples"
            + " should come to, and stop.rule = budget gives none; set order.until in nats a token,"
            + " or stop.rule to controls or retrained",
        "order={pair: nearest} | order.pair = nearest: needs samples to keep: retain.data, and"
            + " method.retain_weight above 0",
        "order={name: mrd, estimator: {draws: 7}} | order.estimator.draws = 7: must be even with"
            + " order.estimator.name = antithetic",
        "order={name: mrd, estimator: {draws: auto, max_draws: 7}} | order.estimator.max_draws = 7:"
            + " must be even with order.estimator.name = antithetic",
        "scope={train: lora, targets: []} | scope.targets = []: scope.train = lora needs",
        "model.init=true | model.init = true: is only for engram finetune",
        "train.data=a.txt | train.data: is only for engram finetune",
        "forget.data=[] | forget.data: missing; engram unlearn needs samples to forget",
        "method.name=finetune | method.name = finetune: is only for engram finetune",
        "method.delta=1 | method.delta = 1: is for method.name = simnpo; here it is ga",
        "method.layer=1 | method.layer = 1: is for method.name = rmu; here it is ga",
        "method.retain_loss=hidden | method.retain_loss = \"hidden\": must be nll, kl",
        "method={name: gru, retain_weight: 0} | method.retain_weight = 0.0 and"
            + " method.forget_weight = 1.0: method.name = gru needs both gradients",
        "stop.el=0.1 | stop.el = 0.1: is for stop.rule = el_ma or per_sample; here it is budget",
        "stop.ma=0.5 | stop.ma = 0.5: is for stop.rule = el_ma or per_sample; here it is budget",
        "stop.share=0.9 | stop.share = 0.9: is for stop.rule = el_ma or per_sample",
        "stop.every_updates=4 | stop.every_updates = 4: is for stop.rule = el_ma or per_sample",
      })
  void contradictionsNameBothKeys(String override, String fault) {
    assertThatThrownBy(() -> unlearn(SMALLEST, override)).hasMessageContaining(fault);
  }

  @Test
  void aThresholdIsOfPredictedUpdatesAlone() {
    assertThatThrownBy(() -> unlearn(SMALLEST, "order={name: mrd, estimator: {until: 2}}"))
        .hasMessageContaining("order.estimator.until");
    assertThatThrownBy(
            () ->
                unlearn(
                    SMALLEST, "order={name: mrd, estimator: {name: predicted_updates, until: 0}}"))
        .hasMessageContaining("order.estimator.until = 0: must be a number > 0");
    Recipe recipe =
        unlearn(SMALLEST, "order={name: mrd, estimator: {name: predicted_updates, until: 2}}");
    assertThat(recipe.estimator()).isEqualTo(new PredictedUpdates(2, Scope.ANSWER));
  }

  @Test
  void theWarmUpMustEndBeforeTheRun() {
    assertThatThrownBy(() -> unlearn(SMALLEST, "budget.updates=5", "optimizer.warmup_updates=6"))
        .hasMessageContaining("optimizer.warmup_updates = 6: more than budget.updates = 5");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "seed=1 | train.data: missing; engram finetune needs samples to learn",
        "method.name=npo | method.name = npo: is only for engram unlearn",
        "method.retain_weight=1 | method.retain_weight = 1: is for method.name = ga or grad_diff"
            + " or",
        "order.name=mrd | order.name = mrd: method.name = finetune needs order.name = uniform",
        "model={init: true, base: b} | model.init = true and model.base = b: new weights have no",
      })
  void finetuningHasItsOwnRules(String override, String fault) {
    assertThatThrownBy(() -> RecipeReader.parse("", List.of(override), FINETUNE, "recipe.yaml"))
        .hasMessageContaining(fault);
  }

  @Test
  void aFaultIsNotToldTwice() {
    assertThatThrownBy(() -> unlearn("forget: {data: 3}"))
        .hasMessageStartingWith("recipe.yaml has a fault:\n  forget.data = 3: must be");
  }

  @Test
  void whatIsNoRecipeIsToldWithItsLine() {
    assertThatThrownBy(() -> unlearn("seed: 1\nmodel: {path: mini"))
        .hasMessageMatching("recipe.yaml line \\d+ is not YAML: .+");
    assertThatThrownBy(() -> unlearn("seed: 1\nseed: 2"))
        .hasMessage("recipe.yaml line 2 is not YAML: seed is given twice");
    assertThatThrownBy(() -> unlearn("seed: 1\n---\nseed: 2"))
        .hasMessageContaining("it must be one document");
    assertThatThrownBy(() -> unlearn("method:\n\tname: npo"))
        .hasMessageStartingWith("recipe.yaml line 2 ")
        .hasMessageContaining("a tab stands where a value should begin; indent with blanks");
    for (String number : List.of(".nan", "-.inf", ".inf")) {
      assertThatThrownBy(() -> unlearn("method: {name: npo,\n beta: " + number + "}"))
          .hasMessageContaining(number)
          .hasMessageNotContaining("Exception");
    }
    assertThatThrownBy(() -> unlearn("hello"))
        .hasMessage("recipe.yaml is not a recipe: it has no sections, only \"hello\"");
  }

  @Test
  void aliasesAndTagsAreRefused() {
    assertThatThrownBy(() -> unlearn("seed: &a 1\norder: *a"))
        .hasMessageContaining("recipe.yaml line 2 has the alias *a");
    assertThatThrownBy(() -> unlearn("seed: 1\norder: !mine mrd"))
        .hasMessageContaining("recipe.yaml line 2 has the tag !mine");
  }

  @Test
  void badOverridesAreAllNamed() {
    assertThatThrownBy(() -> unlearn(SMALLEST, "npo", "=3", "model.template={"))
        .hasMessageMatching(
            "npo is not key.path=value\n=3 is not key.path=value\n"
                + "model.template=\\{: the value is not YAML: .+");
  }

  /** The parser takes time that grows with the square of a word's length. */
  @Test
  void whatIsFarTooLongIsRefused() {
    assertThatThrownBy(() -> unlearn("seed: " + "7".repeat(1_000_000)))
        .hasMessage("recipe.yaml has a word of more than 65536 characters");
    assertThatThrownBy(() -> unlearn("seed: 1 # " + "a ".repeat(1_000_000)))
        .hasMessage("recipe.yaml has 2000010 characters; settings have at most 1048576");
    assertThatThrownBy(() -> unlearn(SMALLEST, "seed=" + "7".repeat(100_000)))
        .hasMessageEndingWith(": the value has a word of more than 65536 characters");
  }

  /** The nearest known names were looked for letter by letter. */
  @Test
  void aKeyOfManyLettersIsToldSoon() {
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () ->
            assertThatThrownBy(() -> unlearn("? " + "a ".repeat(100_000) + "\n: 1"))
                .isInstanceOf(EngramException.class));
  }

  /** Tags and aliases are refused, so they make nothing. */
  @Test
  void yamlMakesNoObjects() {
    assertThatThrownBy(() -> unlearn("seed: !!java.net.URL [\"http://127.0.0.1:9/\"]"))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("the tag !!java.net.URL");
    assertThatThrownBy(() -> unlearn("a: &a [x, x]\nb: &b [*a, *a]\nseed: *b"))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("line 2 has the alias *a");
  }
}
