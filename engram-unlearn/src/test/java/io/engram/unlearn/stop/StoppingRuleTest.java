package io.engram.unlearn.stop;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.recipe.StopSection;
import io.engram.core.recipe.StopSection.Rule;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StoppingRuleTest {
  private static final boolean[] SOME = {false, true, true, false, true};

  private static StoppingRule rule(Rule rule, double share) {
    return StoppingRule.of(new StopSection(rule, null, null, share, null));
  }

  @ParameterizedTest
  @EnumSource(Rule.class)
  void theNameIsTheRecipes(Rule rule) {
    assertThat(rule(rule, 1).name()).isEqualToIgnoringCase(rule.name());
    assertThat(rule(rule, 1).looks()).isEqualTo(rule != Rule.BUDGET);
  }

  @Test
  void perSampleAloneLeavesForgottenSamplesOut() {
    assertThat(rule(Rule.BUDGET, 1).pool(SOME)).containsExactly(0, 1, 2, 3, 4);
    assertThat(rule(Rule.EL_MA, 1).pool(SOME)).containsExactly(0, 1, 2, 3, 4);
    assertThat(rule(Rule.PER_SAMPLE, 1).pool(SOME)).containsExactly(0, 3);
    assertThat(rule(Rule.PER_SAMPLE, 1).pool(new boolean[] {true, true})).isEmpty();
  }

  @Test
  void theBudgetNeverEndsARunByItself() {
    assertThat(rule(Rule.BUDGET, 1).ends(new boolean[] {true, true})).isFalse();
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
    assertThat(rule(Rule.EL_MA, share).ends(samples)).isEqualTo(ends);
    assertThat(rule(Rule.PER_SAMPLE, share).ends(samples)).isEqualTo(ends);
  }
}
