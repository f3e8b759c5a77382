package io.engram.unlearn.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.settings.Schema;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecipeKeysTest {
  @Test
  void everyKeyExplainsItself() {
    assertThat(RecipeKeys.all())
        .hasSizeGreaterThan(50)
        .allSatisfy(
            key -> {
              assertThat(key.type()).isNotBlank();
              assertThat(key.defaultValue()).isNotBlank();
              assertThat(key.reason()).as(key.path()).hasSizeGreaterThan(15).endsWith(".");
            });
    assertThat(RecipeKeys.all().stream().map(Schema.Key::path)).doesNotHaveDuplicates();
  }

  /** The keys of the manual that other programs rely on. */
  @Test
  void theManualsKeysAreThere() {
    assertThat(RecipeKeys.all().stream().map(Schema.Key::path).toList())
        .containsAll(
            List.of(
                "model.path",
                "model.dtype",
                "model.template",
                "forget.data",
                "retain.data",
                "train.data",
                "method.name",
                "method.forget_weight",
                "method.retain_weight",
                "method.retain_loss",
                "method.beta",
                "method.delta",
                "method.layer",
                "method.steering",
                "method.fit_updates",
                "method.reduction",
                "method.refusals",
                "order.name",
                "order.replacement",
                "order.pair",
                "order.refresh_epochs",
                "order.weight",
                "order.apply",
                "order.shuffle",
                "order.until",
                "order.power",
                "order.prefer",
                "order.temperature",
                "order.estimator.name",
                "order.estimator.control_variate",
                "order.estimator.sigma",
                "order.estimator.draws",
                "order.estimator.max_draws",
                "order.estimator.stable_tau",
                "order.estimator.absolute",
                "order.estimator.tokens",
                "order.estimator.scope",
                "order.estimator.clamp",
                "order.estimator.until",
                "optimizer.name",
                "optimizer.learning_rate",
                "optimizer.weight_decay",
                "optimizer.betas",
                "optimizer.epsilon",
                "optimizer.momentum",
                "optimizer.clip_norm",
                "optimizer.sam_rho",
                "optimizer.decay",
                "optimizer.schedule",
                "optimizer.warmup_updates",
                "scope.train",
                "budget.epochs",
                "budget.updates",
                "budget.batch",
                "budget.accumulate",
                "stop.rule",
                "stop.el",
                "stop.ma",
                "stop.share",
                "stop.every_updates",
                "eval.suites",
                "eval.every_epochs",
                "trials",
                "seed"));
  }

  @Test
  void aKeyTellsTypeDefaultUnitAndReason() {
    Schema.Key key = RecipeKeys.find("order.estimator.draws").orElseThrow();
    assertThat(key.type()).isEqualTo("a whole number >= 1, or auto");
    assertThat(key.defaultValue()).isEqualTo("auto");
    assertThat(key.unit()).isEqualTo("passes");
    assertThat(key.reason()).contains("An antithetic pair is two");
    assertThat(RecipeKeys.find("method.retain_weight").orElseThrow().defaultValue())
        .isEqualTo("1 (ga, flat, undial, ceu: 0, satimp: 0.1)");
    assertThat(RecipeKeys.find("nothing")).isEmpty();
  }

  @Test
  void theNearestKeyIsOfTheSameLastNameOrFewestEdits() {
    assertThat(RecipeKeys.nearest("learning_rate")).isEqualTo("optimizer.learning_rate");
    assertThat(RecipeKeys.nearest("optimiser")).isEqualTo("optimizer");
    assertThat(RecipeKeys.nearest("budget.epoch")).isEqualTo("budget.epochs");
  }
}
