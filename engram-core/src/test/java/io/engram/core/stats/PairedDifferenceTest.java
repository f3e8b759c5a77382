package io.engram.core.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PairedDifferenceTest {
  private static PairedDifference of(double[] a, double[] b) {
    return PairedDifference.of(a, b, 0.95);
  }

  /** Differences 0.1, 0.2, 0.3: mean 0.2, s = 0.1; t of two degrees of freedom is 4.302653. */
  @Test
  void intervalIsOverPairs() {
    PairedDifference found = of(new double[] {0.5, 0.9, 0.1}, new double[] {0.6, 1.1, 0.4});
    double half = 4.302652729696142 * 0.1 / Math.sqrt(3);
    assertThat(found.n()).isEqualTo(3);
    assertThat(found.mean()).isCloseTo(0.2, within(1e-12));
    assertThat(found.interval().low()).isCloseTo(0.2 - half, within(1e-9));
    assertThat(found.interval().high()).isCloseTo(0.2 + half, within(1e-9));
    assertThat(found.verdict()).isEqualTo(Decision.UNDECIDED);
  }

  /** The same values scatter by 0.4 alone; their differences 0.19, 0.2, 0.21 are clear of zero. */
  @Test
  void whatAPairHasInCommonFallsOut() {
    double[] a = {0.1, 0.5, 0.9};
    double[] b = {0.29, 0.7, 1.11};
    assertThat(of(a, b).verdict()).isEqualTo(Decision.HOLDS);
    assertThat(of(b, a).verdict()).isEqualTo(Decision.FAILS);
    assertThat(of(a, a).verdict()).isEqualTo(Decision.EQUAL);
  }

  @Test
  void onePairHasADifferenceAndNoInterval() {
    PairedDifference one = of(new double[] {0.5}, new double[] {0.75});
    assertThat(one.mean()).isEqualTo(0.25);
    assertThat(one.interval().high()).isInfinite();
    assertThat(one.verdict()).isEqualTo(Decision.UNDECIDED);
    assertThat(of(new double[] {1}, new double[] {1}).verdict()).isEqualTo(Decision.UNDECIDED);
  }

  @Test
  void unequalNumbersAreNoPairs() {
    assertThatThrownBy(() -> of(new double[] {1}, new double[] {1, 2}))
        .hasMessage("1 and 2 values can't be paired");
  }
}
