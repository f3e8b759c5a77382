package io.engram.unlearn.stop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ThresholdsTest {
  private static final double NONE = Double.NaN;

  @Test
  void areMeansOverTheSamplesThatHaveAValue() {
    Thresholds means = Thresholds.means(new double[] {0.2, NONE, 0.8}, new double[] {0.5, 0.9, 1});
    assertThat(means.el()).isEqualTo(0.5);
    assertThat(means.ma()).isCloseTo(0.8, within(1e-15));
    assertThat(Thresholds.means(new double[] {NONE}, new double[] {0.5}).el()).isNaN();
  }

  @Test
  void bothHaveToBeBelow() {
    Thresholds thresholds = new Thresholds(0.3, 0.6);
    double[] ma = {0.59, 0.59, 0.6, 0.1, 0.59};
    double[] el = {0.29, 0.3, 0.1, 0.9, NONE};
    assertThat(ForgottenCheck.Look.of(ma, el, thresholds).forgotten())
        .containsExactly(true, false, false, false, true);
  }

  @Test
  void nothingIsBelowZeroButZeroItself() {
    Thresholds zero = new Thresholds(0, 0);
    assertThat(zero.maIsBelow(0)).isTrue();
    assertThat(zero.maIsBelow(0.01)).isFalse();
    assertThat(zero.elIsBelow(0)).isTrue();
    assertThat(zero.elIsBelow(0.01)).isFalse();
  }

  @Test
  void elIsNotAskedWhereNoSampleHasOne() {
    assertThat(new Thresholds(NONE, 0.5).elIsBelow(0.9)).isTrue();
  }

  @Test
  void elIsNotAskedWhereItsThresholdIsOne() {
    assertThat(new Thresholds(1, 0.5).elIsBelow(1)).isTrue();
    assertThat(new Thresholds(Math.nextDown(1.0), 0.5).elIsBelow(1)).isFalse();
  }

  @Test
  void meansOfALookLeaveOutWhatIsMissing() {
    ForgottenCheck.Look look =
        ForgottenCheck.Look.of(
            new double[] {0.2, 0.4}, new double[] {NONE, 0.3}, new Thresholds(0.5, 0.5));
    assertThat(look.meanMa()).isCloseTo(0.3, within(1e-15));
    assertThat(look.meanEl()).isEqualTo(0.3);
    assertThat(look.elSamples()).isEqualTo(1);
  }
}
