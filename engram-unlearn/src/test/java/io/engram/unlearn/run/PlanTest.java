package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.unlearn.recipe.BudgetSection;
import org.junit.jupiter.api.Test;

class PlanTest {
  @Test
  void epochsEndWithASmallerUpdate() {
    Plan plan = Plan.of(10, new BudgetSection(2, null, 2, 2));
    assertThat(plan.updates()).isEqualTo(6);
    assertThat(plan.updatesPerEpoch()).isEqualTo(3);
    assertThat(plan.from(2)).isEqualTo(8);
    assertThat(plan.to(2)).isEqualTo(10);
    assertThat(plan.epoch(3)).isEqualTo(1);
    assertThat(plan.startsEpoch(3)).isTrue();
    assertThat(plan.epochs()).isEqualTo(2);
  }

  @Test
  void updatesMayEndWithinAnEpoch() {
    Plan plan = Plan.of(10, new BudgetSection(null, 4, 4, 1));
    assertThat(plan.updates()).isEqualTo(4);
    assertThat(plan.epochs()).isEqualTo(2);
  }

  @Test
  void anUpdateIsNoLargerThanTheForgetSet() {
    assertThat(Plan.of(3, new BudgetSection(5, null, 4, 4)).perUpdate()).isEqualTo(3);
  }
}
