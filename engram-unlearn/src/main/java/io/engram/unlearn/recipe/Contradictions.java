package io.engram.unlearn.recipe;

import io.engram.core.settings.Choices;
import io.engram.core.settings.Faults;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.method.LogProbMethod;
import io.engram.unlearn.method.UnlearningMethod;
import io.engram.unlearn.order.SampleOrder;
import io.engram.unlearn.order.UniformOrder;
import io.engram.unlearn.stop.StoppingRule.Standard;

/**
 * Finds values that are valid on their own but contradict each other. Every fault names both keys.
 */
final class Contradictions {
  private final Recipe recipe;
  private final Faults faults;

  private Contradictions(Recipe recipe, Faults faults) {
    this.recipe = recipe;
    this.faults = faults;
  }

  static void check(Recipe recipe, Recipe.Kind kind, Faults faults) {
    Contradictions contradictions = new Contradictions(recipe, faults);
    if (kind == Recipe.Kind.FINETUNE) {
      contradictions.checkFinetune();
    } else {
      contradictions.checkUnlearn();
    }
    contradictions.checkBudget();
    contradictions.checkWeights();
    contradictions.checkOrder(kind);
    contradictions.checkRate(kind);
    contradictions.checkOthers();
  }

  private void checkUnlearn() {
    require(
        !recipe.forget().isEmpty(),
        "forget.data",
        ": missing; engram unlearn needs samples to forget");
    require(
        recipe.train().isEmpty(),
        "train.data",
        ": is only for engram finetune; engram unlearn reads forget.data and retain.data");
    require(
        recipe.method().forgets(),
        "method.name",
        " = finetune: is only for engram finetune; engram unlearn takes any other method");
    require(
        !recipe.model().init(),
        "model.init",
        " = true: is only for engram finetune; a new model has nothing to forget");
    boolean compares = recipe.stop().standard() == Standard.CONTROLS;
    require(
        !compares || !recipe.controls().isEmpty(),
        "controls.data",
        ": missing; stop.rule = controls compares with samples that the model has never seen",
        "stop.rule");
    require(
        compares || recipe.controls().isEmpty(),
        "controls.data",
        ": has no effect; only stop.rule = controls uses it, and stop.rule = %s"
            .formatted(Choices.nameOf(recipe.stop())),
        "stop.rule");
    require(
        recipe.stop().standard() != Standard.RETRAINED || recipe.eval().retrained() != null,
        "eval.retrained",
        ": missing; stop.rule = retrained compares with a model that never saw the forget set",
        "stop.rule");
    require(
        recipe.method().retainBound() == null || recipe.method().retainWeight() > 0,
        "method.retain_bound",
        " = %s: has no effect with method.retain_weight = 0, which it multiplies"
            .formatted(recipe.method().retainBound()),
        "method.retain_weight");
    boolean retainIsMissing = recipe.method().retainWeight() > 0 && recipe.retain().isEmpty();
    require(
        !retainIsMissing,
        "retain.data",
        (": missing; method.retain_weight = %s with method.name = %s needs it (or set"
                + " method.retain_weight to 0)")
            .formatted(recipe.method().retainWeight(), Choices.nameOf(recipe.method())),
        "method.retain_weight",
        "method.name");
  }

  private void checkFinetune() {
    require(
        !recipe.train().isEmpty(),
        "train.data",
        ": missing; engram finetune needs samples to learn");
    require(
        !recipe.method().forgets(),
        "method.name",
        " = %s: is only for engram unlearn; the only method of engram finetune is finetune"
            .formatted(Choices.nameOf(recipe.method())));
    require(
        recipe.order() instanceof UniformOrder,
        "order.name",
        " = %s: method.name = finetune needs order.name = uniform"
            .formatted(Choices.nameOf(recipe.order())),
        "method.name");
    require(
        !recipe.stop().looks(),
        "stop.rule",
        " = %s: is only for engram unlearn; method.name = finetune forgets nothing"
            .formatted(Choices.nameOf(recipe.stop())),
        "method.name");
  }

  private void checkBudget() {
    BudgetSection budget = recipe.budget();
    Integer updates = budget.updates();
    require(
        budget.epochs() == null || updates == null,
        "budget.epochs",
        " = %s and budget.updates = %s: set only one of them".formatted(budget.epochs(), updates),
        "budget.updates");
    int warmup = recipe.optimizer().warmupUpdates();
    require(
        updates == null || warmup <= updates,
        "optimizer.warmup_updates",
        " = %d: more than budget.updates = %s".formatted(warmup, updates),
        "budget.updates");
  }

  /** The rate is found by rehearsing a run that ends when its samples are forgotten. */
  private void checkRate(Recipe.Kind kind) {
    boolean open = recipe.optimizer().learningRate() == 0;
    boolean rehearsed = kind == Recipe.Kind.UNLEARN && recipe.stop().looks();
    require(
        !open || rehearsed,
        "optimizer.learning_rate",
        " = auto: needs a stop.rule that checks samples, and stop.rule = %s"
            .formatted(Choices.nameOf(recipe.stop())),
        "stop.rule");
    DifficultyScore score = recipe.order().estimator();
    boolean once = score != null && score.needs().contains(DifficultyScore.Need.REHEARSAL);
    require(
        !once || recipe.order().refreshEpochs() == 0,
        "order.refresh_epochs",
        " = %d: order.estimator.name = %s is measured once, before the first update; set it to 0"
            .formatted(recipe.order().refreshEpochs(), score == null ? "" : score.name()),
        "order.estimator.name");
  }

  private void checkWeights() {
    UnlearningMethod method = recipe.method();
    require(
        method.otherWords() > 0 || recipe.stop().comparesWithNeverSeen(),
        "method.other_words",
        " = auto: compares with samples never seen, and stop.rule = %s names none; set it to a number, or stop.rule to controls or retrained"
            .formatted(Choices.nameOf(recipe.stop())),
        "stop.rule");
    require(
        method.forgetWeight() > 0 || method.retainWeight() > 0,
        "method.forget_weight",
        " = 0 and method.retain_weight = 0: there is nothing left to train on",
        "method.retain_weight",
        "method.name");
  }

  private void checkOrder(Recipe.Kind kind) {
    SampleOrder order = recipe.order();
    String named = "order.name = " + Choices.nameOf(order);
    boolean compares = recipe.stop().comparesWithNeverSeen();
    require(
        kind == Recipe.Kind.FINETUNE || !order.usesLevel() || order.until() > 0 || compares,
        "order.until",
        " = auto: %s needs a loss that samples should come to, and stop.rule = %s gives none; set order.until in nats a token, or stop.rule to controls or retrained"
            .formatted(named, Choices.nameOf(recipe.stop())),
        "stop.rule",
        "order.name");
    require(
        !order.usesLogProbs() || compares || recipe.method() instanceof LogProbMethod,
        "order.name",
        " = %s: needs the samples' log-probabilities, which method.name = %s doesn't compute; use another order, or stop.rule = controls or retrained"
            .formatted(Choices.nameOf(order), Choices.nameOf(recipe.method())),
        "method.name",
        "stop.rule");
    boolean retains = !recipe.retain().isEmpty() && recipe.method().retainWeight() > 0;
    require(
        order.pair() == SampleOrder.Pair.RANDOM || retains,
        "order.pair",
        " = nearest: needs samples to keep: retain.data, and method.retain_weight above 0",
        "retain.data",
        "method.retain_weight");
  }

  private void checkPieces(String section, DataSection data) {
    require(
        data.chunkTokens() == 0 || data.excerptTokens() < data.chunkTokens(),
        section + ".excerpt_tokens",
        " = %d: must be below %s.chunk_tokens = %d, or no text is left to continue"
            .formatted(data.excerptTokens(), section, data.chunkTokens()),
        section + ".chunk_tokens");
  }

  private void checkOthers() {
    checkPieces("forget", recipe.forget());
    checkPieces("retain", recipe.retain());
    checkPieces("train", recipe.train());
    checkPieces("controls", recipe.controls());
    require(
        !recipe.model().init() || recipe.model().base() == null,
        "model.init",
        " = true and model.base = %s: new weights have no base model"
            .formatted(recipe.model().base()),
        "model.base");
  }

  private void require(boolean holds, String path, String fault, String... otherKeys) {
    faults.require(holds, path, fault, otherKeys);
  }
}
