package io.engram.unlearn.study.measures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.stats.MeanWithError;
import org.junit.jupiter.api.Test;

/** Worked out by hand. */
class SeparationTest {
  /**
   * Of the nine pairs, 1 has half a point and no more against 0, 1, 2: 1 + ½ + 0; 2 has 1 + 1 + ½;
   * 3 has 3: 7 of 9. The shares below each are ½, 5/6, 1, and those above each 1, 5/6, ½, both with
   * variance 7/108, so the error is √(2 · 7/108 / 3).
   */
  @Test
  void tiesCountHalf() {
    Separation separation = Separation.of(new double[] {1, 2, 3}, new double[] {0, 1, 2});
    assertThat(separation.auc().mean()).isCloseTo(7.0 / 9, within(1e-12));
    assertThat(separation.auc().standardError())
        .isCloseTo(Math.sqrt(2 * 7.0 / 108 / 3), within(1e-12));
    assertThat(separation.gap()).isEqualTo(1);
    assertThat(separation.gapError()).isCloseTo(Math.sqrt(2.0 / 3), within(1e-12));
    assertThat(separation.deviations()).isCloseTo(1, within(1e-12));
  }

  @Test
  void allPairsInOrderLeaveNoError() {
    Separation apart = Separation.of(new double[] {5, 6}, new double[] {1, 2, 3});
    assertThat(apart.auc().mean()).isEqualTo(1);
    assertThat(apart.auc().standardError()).isZero();
    // Variances ½ and 1: 3.5 / √(¾).
    assertThat(apart.deviations()).isCloseTo(3.5 / Math.sqrt(0.75), within(1e-12));
    assertThat(Separation.of(new double[] {1, 1}, new double[] {1, 1}).auc().mean()).isEqualTo(0.5);
  }

  /**
   * The gap is 4, with an error of √2. The models that know lose 1 and 3, 2 ± 1 on average, the
   * others nothing: half the gap is left, with an error of a quarter.
   */
  @Test
  void whatAnAttackLeavesOfTheGap() {
    double[][] unknown = {{0, 2}, {0, 2}};
    MeanWithError kept = Separation.kept(new double[][] {{4, 6}, {3, 3}}, unknown);
    assertThat(kept.mean()).isCloseTo(0.5, within(1e-12));
    assertThat(kept.standardError()).isCloseTo(0.25, within(1e-12));
    MeanWithError alike =
        Separation.kept(new double[][] {{4, 6}, {5, 7}}, new double[][] {{0, 2}, {1, 3}});
    assertThat(alike.mean()).isEqualTo(1);
    assertThat(alike.standardError()).isZero();
  }

  @Test
  void withoutAGapThereIsNothingToKeep() {
    MeanWithError none =
        Separation.kept(new double[][] {{2, 4}, {2, 4}}, new double[][] {{0, 2}, {0, 2}});
    assertThat(none.mean()).isNaN();
  }
}
