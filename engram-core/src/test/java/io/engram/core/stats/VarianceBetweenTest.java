package io.engram.core.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class VarianceBetweenTest {
  private static final double F_HIGH = 7.259855680060178;
  private static final double F_LOW = 0.025424941047334587;

  /**
   * Means 2, 5, 8: MS_between = 3 · 9 = 27; each group has variance 1, so MS_within = 1. The
   * quantiles are scipy's {@code f.ppf(0.975, 2, 6)} and {@code f.ppf(0.025, 2, 6)}.
   */
  @Test
  void byHand() {
    VarianceBetween found =
        VarianceBetween.of(new double[][] {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}, 0.95);
    assertThat(found.variance()).isCloseTo(26 / 3.0, within(1e-12));
    assertThat(found.interval().low()).isCloseTo((27 / F_HIGH - 1) / 3, within(1e-9));
    assertThat(found.interval().high()).isCloseTo((27 / F_LOW - 1) / 3, within(1e-5));
  }

  @Test
  void groupsThatAreAlikeHaveZeroWithin() {
    VarianceBetween found =
        VarianceBetween.of(new double[][] {{1, 2, 3}, {3, 1, 2}, {2, 3, 1}}, 0.95);
    assertThat(found.variance()).isCloseTo(-1 / 3.0, within(1e-12));
    assertThat(found.interval().low()).isNegative();
  }

  @Test
  void oneValueAGroupSaysNothing() {
    VarianceBetween found = VarianceBetween.of(new double[][] {{1}, {2}, {9}}, 0.95);
    assertThat(found.interval().low()).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(found.interval().high()).isEqualTo(Double.POSITIVE_INFINITY);
    assertThatThrownBy(() -> VarianceBetween.of(new double[][] {{1, 2}, {1}}, 0.95))
        .hasMessage("groups of 2 and 1");
  }
}
