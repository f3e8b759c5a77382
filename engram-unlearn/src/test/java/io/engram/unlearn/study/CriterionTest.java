package io.engram.unlearn.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.unlearn.study.Criterion.Measure;
import io.engram.unlearn.study.Criterion.Standing;
import org.junit.jupiter.api.Test;

class CriterionTest {
  @Test
  void measuresByHand() {
    Standing standing = new Standing(-6, 3, 4);
    assertThat(Measure.MEAN_LOG_PROB.of(standing)).isEqualTo(-1.5);
    assertThat(Measure.SUM_LOG_PROB.of(standing)).isEqualTo(-6);
    assertThat(Measure.MEMORIZATION_ACCURACY.of(standing)).isEqualTo(0.75);
  }

  @Test
  void isMetAtTheThreshold() {
    Criterion mean = new Criterion("mean", Measure.MEAN_LOG_PROB, -1.5);
    assertThat(mean.met(new Standing(-6, 4, 4))).isTrue();
    assertThat(mean.met(new Standing(-5.9, 0, 4))).isFalse();
    assertThat(mean.met(new Standing(Double.NaN, 0, 4))).isFalse();
  }

  /** From −1 to −3 a token: −1.5 lies a quarter of the way. */
  @Test
  void theWayBetweenTwoUpdatesIsStraight() {
    Criterion mean = new Criterion("mean", Measure.MEAN_LOG_PROB, -1.5);
    assertThat(mean.crossing(new Standing(-4, 4, 4), new Standing(-12, 4, 4))).isEqualTo(0.25);
    assertThat(mean.crossing(new Standing(-4, 4, 4), new Standing(-6, 4, 4))).isEqualTo(1);
    Criterion half = new Criterion("ma_half", Measure.MEMORIZATION_ACCURACY, 0.5);
    assertThat(half.crossing(new Standing(-1, 8, 8), new Standing(-2, 2, 8)))
        .isCloseTo(2 / 3.0, within(1e-15));
  }

  /** "Below the average" isn't met at the average and is just crossed after it. */
  @Test
  void belowAnAverageIsTheNextNumber() {
    Criterion below =
        new Criterion("ma_average", Measure.MEMORIZATION_ACCURACY, Math.nextDown(0.75));
    Standing average = new Standing(-1, 3, 4);
    Standing less = new Standing(-1, 2, 4);
    assertThat(below.met(average)).isFalse();
    assertThat(below.met(less)).isTrue();
    assertThat(below.crossing(average, less)).isPositive().isLessThan(1e-12);
  }
}
