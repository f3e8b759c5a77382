package io.engram.core.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HolmTest {
  /** By hand: 4 · 0.005, 3 · 0.01, 2 · 0.03, then 0.04 lifted to the one before. */
  @Test
  void adjustsFromTheSmallestUp() {
    assertThat(Holm.adjusted(new double[] {0.01, 0.04, 0.03, 0.005}))
        .containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-15));
  }

  @Test
  void isAtMostOneAndLeavesOutWhatWasNotTested() {
    double[] adjusted = Holm.adjusted(new double[] {0.6, Double.NaN, 0.9});
    assertThat(adjusted[0]).isEqualTo(1);
    assertThat(adjusted[1]).isNaN();
    assertThat(adjusted[2]).isEqualTo(1);
    assertThat(Holm.adjusted(new double[0])).isEmpty();
  }

  /** Differences 1, 2, 3: mean 2, SE 1/√3, t = 3.464 with 2 degrees; 1 − t/√(t² + 2) = 0.0742. */
  @Test
  void pValueOfPairs() {
    PairedDifference pairs =
        PairedDifference.of(new double[] {0, 0, 0}, new double[] {1, 2, 3}, 0.95);
    assertThat(pairs.pValue()).isCloseTo(1 - Math.sqrt(12 / 14.0), within(1e-12));
    assertThat(PairedDifference.of(new double[] {1}, new double[] {2}, 0.95).pValue()).isNaN();
    assertThat(PairedDifference.of(new double[] {1, 2}, new double[] {1, 2}, 0.95).pValue())
        .isEqualTo(1);
    assertThat(PairedDifference.of(new double[] {1, 2}, new double[] {2, 3}, 0.95).pValue())
        .isZero();
  }
}
