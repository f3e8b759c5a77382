package io.engram.unlearn.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.unlearn.study.Criterion.Extraction;
import io.engram.unlearn.study.Criterion.Measure;
import io.engram.unlearn.study.Criterion.Standing;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CriterionTest {
  private static final Extraction UNASKED =
      new Extraction(
          () -> {
            throw new AssertionError("EL was generated");
          });

  private static Standing standing(double logProb, int hits, int tokens) {
    return new Standing(logProb, hits, tokens, UNASKED);
  }

  private static Standing standing(int hits, double extraction) {
    return new Standing(-1, hits, 8, new Extraction(() -> extraction));
  }

  @Test
  void measuresByHand() {
    Standing standing = standing(-6, 3, 4);
    assertThat(Measure.MEAN_LOG_PROB.of(standing)).isEqualTo(-1.5);
    assertThat(Measure.SUM_LOG_PROB.of(standing)).isEqualTo(-6);
    assertThat(Measure.MEMORIZATION_ACCURACY.of(standing)).isEqualTo(0.75);
  }

  @Test
  void isMetAtTheThreshold() {
    Criterion mean = new Criterion("mean", Measure.MEAN_LOG_PROB, -1.5);
    assertThat(mean.met(standing(-6, 4, 4))).isTrue();
    assertThat(mean.met(standing(-5.9, 0, 4))).isFalse();
    assertThat(mean.met(standing(Double.NaN, 0, 4))).isFalse();
  }

  /** From −1 to −3 a token: −1.5 lies a quarter of the way. */
  @Test
  void theWayBetweenTwoUpdatesIsStraight() {
    Criterion mean = new Criterion("mean", Measure.MEAN_LOG_PROB, -1.5);
    assertThat(mean.crossing(standing(-4, 4, 4), standing(-12, 4, 4))).isEqualTo(0.25);
    assertThat(mean.crossing(standing(-4, 4, 4), standing(-6, 4, 4))).isEqualTo(1);
    Criterion half = new Criterion("ma_half", Measure.MEMORIZATION_ACCURACY, 0.5);
    assertThat(half.crossing(standing(-1, 8, 8), standing(-2, 2, 8)))
        .isCloseTo(2 / 3.0, within(1e-15));
  }

  /** "Below the average" isn't met at the average and is just crossed after it. */
  @Test
  void belowAnAverageIsTheNextNumber() {
    Criterion below =
        new Criterion("ma_average", Measure.MEMORIZATION_ACCURACY, Math.nextDown(0.75));
    Standing average = standing(-1, 3, 4);
    Standing less = standing(-1, 2, 4);
    assertThat(below.met(average)).isFalse();
    assertThat(below.met(less)).isTrue();
    assertThat(below.crossing(average, less)).isPositive().isLessThan(1e-12);
  }

  /** App. C.4: both below; EL is generated only where MA is there. */
  @Test
  void extractionIsAskedLast() {
    Criterion both = new Criterion("el_ma", Measure.MEMORIZATION_ACCURACY, 0.5, 0.2);
    assertThat(both.met(standing(-1, 5, 8))).isFalse();
    assertThat(both.met(standing(4, 0.3))).isFalse();
    assertThat(both.met(standing(4, 0.2))).isTrue();
    assertThat(both.met(standing(4, Double.NaN))).isTrue();
  }

  @Test
  void extractionIsGeneratedOnce() {
    AtomicInteger generated = new AtomicInteger();
    Extraction extraction = new Extraction(() -> generated.incrementAndGet() / 10.0);
    assertThat(extraction.ifKnown()).isNull();
    assertThat(extraction.value()).isEqualTo(0.1);
    assertThat(extraction.value()).isEqualTo(0.1);
    assertThat(extraction.ifKnown()).isEqualTo(0.1);
    assertThat(generated).hasValue(1);
  }

  /** MA from 6/8 to 2/8 crosses 1/2 half way; EL from 0.4 to 0.15 crosses 0.2 at four fifths. */
  @Test
  void theLaterCrossingCounts() {
    Criterion both = new Criterion("el_ma", Measure.MEMORIZATION_ACCURACY, 0.5, 0.2);
    assertThat(both.crossing(standing(6, 0.4), standing(2, 0.15))).isEqualTo(0.5);
    Standing asked = standing(4, 0.4);
    assertThat(both.met(asked)).isFalse();
    assertThat(both.crossing(asked, standing(2, 0.15))).isCloseTo(0.8, within(1e-12));
  }
}
