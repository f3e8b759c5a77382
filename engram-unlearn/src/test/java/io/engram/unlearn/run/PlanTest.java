package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.unlearn.mrd.DrawRequest;
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
  void fewSamplesArePushedLess() {
    Plan plan = Plan.of(40, new BudgetSection(5, null, 4, 4));
    assertThat(plan.forgetScale(40)).isEqualTo(1);
    assertThat(plan.forgetScale(16)).isEqualTo(1);
    assertThat(plan.forgetScale(4)).isEqualTo(0.5);
    // A set smaller than a batch is one update an epoch.
    Plan few = Plan.of(7, new BudgetSection(5, null, 4, 4));
    assertThat(few.forgetScale(7)).isEqualTo(1);
    assertThat(few.forgetScale(1)).isEqualTo(Math.sqrt(1.0 / 7));
  }

  /** 200 samples, 16 an update: 50 that are left are drawn four times as often, 16 every time. */
  @Test
  void whatIsDrawnMoreOftenIsPushedBySmallerSteps() {
    Plan plan = Plan.of(200, new BudgetSection(5, null, 4, 4));
    assertThat(plan.rateScale(200)).isEqualTo(1);
    assertThat(plan.rateScale(50)).isEqualTo(0.5);
    assertThat(plan.rateScale(3)).isEqualTo(Math.sqrt(0.08));
    assertThat(Plan.of(7, new BudgetSection(5, null, 4, 4)).rateScale(1)).isEqualTo(1);
  }

  /**
   * 15 updates of 16 samples, three passes each, are 18 passes over 40 samples, 36 with samples to
   * keep. Three passes without noise remain to be made at each measurement.
   */
  @Test
  void measuringTakesNoLongerThanTraining() {
    Plan plan = Plan.of(40, new BudgetSection(5, null, 4, 4));
    assertThat(MeasuredDifficulty.mostDraws(plan, false, 1, 1)).isEqualTo(10);
    assertThat(MeasuredDifficulty.mostDraws(plan, true, 1, 1)).isEqualTo(22);
    assertThat(MeasuredDifficulty.mostDraws(plan, false, 1, 2)).isEqualTo(4);
    assertThat(MeasuredDifficulty.mostDraws(plan, true, 5, 1)).isEqualTo(2);
  }

  /** A number that is asked for stays. */
  @Test
  void onlyAnOpenNumberOfDrawsIsLimited() {
    assertThat(new DrawRequest.Budget(256, true, 0.9).atMost(22))
        .isEqualTo(new DrawRequest.Budget(22, true, 0.9));
    assertThat(new DrawRequest.Budget(16, true, 0.9).atMost(22).draws()).isEqualTo(16);
    assertThat(DrawRequest.Budget.of(32).atMost(22)).isEqualTo(DrawRequest.Budget.of(32));
  }

  @Test
  void anUpdateIsNoLargerThanTheForgetSet() {
    assertThat(Plan.of(3, new BudgetSection(5, null, 4, 4)).perUpdate()).isEqualTo(3);
  }
}
