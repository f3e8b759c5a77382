package io.engram.core.recipe;

import io.engram.core.recipe.MethodSection.MethodName;
import io.engram.core.recipe.MethodSection.RetainLoss;
import io.engram.core.recipe.OrderSection.OrderName;
import io.engram.core.recipe.ScopeSection.Train;
import java.util.Arrays;
import java.util.Locale;

/** Values that are allowed each by itself and not together. Every fault names both keys. */
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
    contradictions.checkStop();
    contradictions.checkWeights();
    contradictions.checkMethod();
    contradictions.checkOthers();
  }

  private void checkUnlearn() {
    require(
        !recipe.forget().isEmpty(),
        "forget.data",
        ": missing; engram unlearn needs what to forget");
    require(
        recipe.train().isEmpty(),
        "train.data",
        ": is for engram finetune; engram unlearn reads forget.data and retain.data");
    require(
        recipe.method().name() != MethodName.FINETUNE,
        "method.name",
        " = finetune: is for engram finetune; engram unlearn has the others");
    require(
        !recipe.model().init(),
        "model.init",
        " = true: is for engram finetune; a new model has nothing to forget");
    boolean retainIsMissing = recipe.method().retainWeight() > 0 && recipe.retain().isEmpty();
    require(
        !retainIsMissing,
        "retain.data",
        (": missing; method.retain_weight = %s with method.name = %s needs it (or set"
                + " method.retain_weight to 0)")
            .formatted(recipe.method().retainWeight(), word(recipe.method().name())),
        "method.retain_weight",
        "method.name");
  }

  private void checkFinetune() {
    require(
        !recipe.train().isEmpty(), "train.data", ": missing; engram finetune needs what to learn");
    require(
        recipe.method().name() == MethodName.FINETUNE,
        "method.name",
        " = %s: is for engram unlearn; engram finetune has finetune alone"
            .formatted(word(recipe.method().name())));
    require(
        recipe.method().retainWeight() == 0,
        "method.retain_weight",
        " = %s: method.name = finetune has no retain loss; put those samples into train.data"
            .formatted(recipe.method().retainWeight()),
        "method.name");
    require(
        recipe.order().name() == OrderName.UNIFORM,
        "order.name",
        " = mrd: method.name = finetune takes its samples in uniform order",
        "method.name");
    require(
        recipe.stop().rule() == StopSection.Rule.BUDGET,
        "stop.rule",
        " = %s: is for engram unlearn; method.name = finetune forgets nothing"
            .formatted(word(recipe.stop().rule())),
        "method.name");
  }

  private void checkBudget() {
    BudgetSection budget = recipe.budget();
    Integer updates = budget.updates();
    require(
        budget.epochs() == null || updates == null,
        "budget.epochs",
        " = %s and budget.updates = %s: give one of them".formatted(budget.epochs(), updates),
        "budget.updates");
    int warmup = recipe.optimizer().warmupUpdates();
    require(
        updates == null || warmup <= updates,
        "optimizer.warmup_updates",
        " = %d: more than budget.updates = %s".formatted(warmup, updates),
        "budget.updates");
  }

  private void checkStop() {
    StopSection stop = recipe.stop();
    boolean budget = stop.rule() == StopSection.Rule.BUDGET;
    String fault = " = %s: is for stop.rule = el_ma or per_sample; here it is budget";
    require(!budget || stop.el() == null, "stop.el", fault.formatted(stop.el()), "stop.rule");
    require(!budget || stop.ma() == null, "stop.ma", fault.formatted(stop.ma()), "stop.rule");
    require(!budget || stop.share() == 1, "stop.share", fault.formatted(stop.share()), "stop.rule");
    require(
        !budget || stop.everyUpdates() == null,
        "stop.every_updates",
        fault.formatted(stop.everyUpdates()),
        "stop.rule");
  }

  private void checkWeights() {
    MethodSection method = recipe.method();
    require(
        method.forgetWeight() > 0 || method.retainWeight() > 0,
        "method.forget_weight",
        " = 0 and method.retain_weight = 0: nothing is left to train on",
        "method.retain_weight",
        "method.name");
  }

  private void checkMethod() {
    MethodSection method = recipe.method();
    MethodName name = method.name();
    belongs(method.delta() == 0, "method.delta", MethodName.SIMNPO);
    belongs(method.layer() == null, "method.layer", MethodName.RMU);
    belongs(method.retainLoss() != RetainLoss.HIDDEN, "method.retain_loss", MethodName.RMU);
    boolean both = method.forgetWeight() > 0 && method.retainWeight() > 0;
    require(
        both || (name != MethodName.NGDIFF && name != MethodName.GRU),
        "method.retain_weight",
        " = %s and method.forget_weight = %s: method.name = %s needs both gradients"
            .formatted(method.retainWeight(), method.forgetWeight(), word(name)),
        "method.forget_weight",
        "method.name");
  }

  private void belongs(boolean unused, String path, MethodName owner) {
    MethodName name = recipe.method().name();
    require(
        unused || name == owner,
        path,
        ": is for method.name = %s; here it is %s".formatted(word(owner), word(name)),
        "method.name");
  }

  private void checkPieces(String section, DataSection data) {
    require(
        data.chunkTokens() == 0 || data.excerptTokens() < data.chunkTokens(),
        section + ".excerpt_tokens",
        " = %d: not below %s.chunk_tokens = %d, so nothing is left to be continued"
            .formatted(data.excerptTokens(), section, data.chunkTokens()),
        section + ".chunk_tokens");
  }

  private void checkOthers() {
    checkPieces("forget", recipe.forget());
    checkPieces("retain", recipe.retain());
    checkPieces("train", recipe.train());
    require(
        !recipe.order().replacement() || recipe.order().name() == OrderName.UNIFORM,
        "order.replacement",
        " = true: is for order.name = uniform; mrd draws with replacement by itself",
        "order.name");
    new EstimatorContradictions(recipe.order().estimator(), this::require).check();
    require(
        recipe.scope().train() != Train.LORA || !recipe.scope().targets().isEmpty(),
        "scope.targets",
        " = []: scope.train = lora needs at least one projection",
        "scope.train");
    require(
        !recipe.model().init() || recipe.model().base() == null,
        "model.init",
        " = true and model.base = %s: new weights have no base".formatted(recipe.model().base()),
        "model.base");
  }

  /** Nothing is said where one of the keys has a fault of its own. */
  private void require(boolean holds, String path, String fault, String... otherKeys) {
    if (!holds && !faults.about(path) && Arrays.stream(otherKeys).noneMatch(faults::about)) {
      faults.add(path, fault);
    }
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
