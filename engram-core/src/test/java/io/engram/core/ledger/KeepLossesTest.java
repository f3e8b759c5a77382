package io.engram.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ledger.LedgerEntry.Kept;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeepLossesTest {
  private static final double ROUNDING = 1e-12;

  /** Two requests with the same samples, and one with others in between, which raised them too. */
  @Test
  void theRiseIsThatOfTheSameSamplesAndTheSumThatOfAll() {
    KeepLosses losses =
        new KeepLosses(
            List.of(
                new Kept("a", 8, 0.5, 0.52, 0.05),
                new Kept("b", 4, 1.0, 1.25, null),
                new Kept("a", 8, 0.53, 0.54, 0.06),
                new Kept(null, 9, 0.25, 0.125, 0.05)));
    assertThat(losses.rise("a")).isCloseTo(0.04, within(ROUNDING));
    assertThat(losses.rise("b")).isCloseTo(0.25, within(ROUNDING));
    assertThat(losses.rise("c")).isZero();
    assertThat(losses.rise(null)).isZero();
    assertThat(losses.bound("a")).isEqualTo(0.06);
    assertThat(losses.bound("b")).isNull();
    assertThat(losses.bound(null)).isNull();
    assertThat(losses.sum()).isCloseTo(0.02 + 0.25 + 0.01 - 0.125, within(ROUNDING));
    assertThat(losses.areComparable()).isFalse();
  }

  @Test
  void requestsAreComparableIfTheyShareTheirSamples() {
    Kept one = new Kept("a", 8, 0.5, 0.52, 0.05);
    assertThat(new KeepLosses(List.of(one, one)).areComparable()).isTrue();
    assertThat(new KeepLosses(List.of()).areComparable()).isFalse();
    assertThat(new KeepLosses(List.of()).sum()).isZero();
    Kept general = new Kept(null, 9, 0.25, 0.3, 0.05);
    assertThat(new KeepLosses(List.of(general)).areComparable()).isFalse();
  }
}
