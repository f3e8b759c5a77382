package io.engram.unlearn.stop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoppingRuleTest {
  private static final boolean[] SOME = {false, true, true, false, true};

  private static final StoppingRule BUDGET = new BudgetRule();

  private static StoppingRule elMa(double share) {
    return new ElMaRule(null, null, share, null, StoppingRule.Keep.LAST);
  }

  private static StoppingRule perSample(double share) {
    return new PerSampleRule(null, null, share, null, StoppingRule.Keep.LAST);
  }

  @Test
  void theBudgetAloneLooksAtNothing() {
    assertThat(BUDGET.looks()).isFalse();
    assertThat(elMa(1).looks()).isTrue();
    assertThat(perSample(1).looks()).isTrue();
    assertThat(StoppingRule.ALL.names())
        .containsExactly("budget", "el_ma", "per_sample", "controls", "retrained");
  }

  @Test
  void perSampleAloneLeavesForgottenSamplesOut() {
    assertThat(BUDGET.pool(SOME)).containsExactly(0, 1, 2, 3, 4);
    assertThat(elMa(1).pool(SOME)).containsExactly(0, 1, 2, 3, 4);
    assertThat(perSample(1).pool(SOME)).containsExactly(0, 3);
    assertThat(perSample(1).pool(new boolean[] {true, true})).isEmpty();
  }

  @Test
  void theBudgetNeverEndsARunByItself() {
    assertThat(BUDGET.ends(new boolean[] {true, true})).isFalse();
  }

  /** 0.55 · 100 is 55.00000000000001 in floating point. */
  @ParameterizedTest
  @CsvSource({
    "5, 5, 1, true",
    "4, 5, 1, false",
    "4, 5, 0.8, true",
    "3, 5, 0.8, false",
    "55, 100, 0.55, true",
    "54, 100, 0.55, false",
    "0, 4, 0.1, false",
    "1, 4, 0.1, true"
  })
  void aShareOfTheSamplesHasToBeForgotten(int forgotten, int all, double share, boolean ends) {
    boolean[] samples = new boolean[all];
    Arrays.fill(samples, 0, forgotten, true);
    assertThat(elMa(share).ends(samples)).isEqualTo(ends);
    assertThat(perSample(share).ends(samples)).isEqualTo(ends);
  }
}
