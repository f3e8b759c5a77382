package io.engram.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ParabolaStepTest {
  /** Of (s − lowest)². */
  private static double of(double lowest) {
    return WeightLine.ParabolaStep.length(
        (1 + lowest) * (1 + lowest), lowest * lowest, (1 - lowest) * (1 - lowest));
  }

  @Test
  void theLowestPointOfAParabola() {
    assertThat(of(0.7)).isCloseTo(0.7, within(1e-12));
    assertThat(of(3)).isCloseTo(3, within(1e-12));
  }

  @Test
  void farAwayIsCut() {
    assertThat(of(50)).isEqualTo(10);
    assertThat(of(0.01)).isEqualTo(0.1);
  }

  @Test
  void whereNothingIsFoundTheStepStays() {
    assertThat(of(-0.5)).isOne();
    assertThat(WeightLine.ParabolaStep.length(1, 2, 1)).isOne();
    assertThat(WeightLine.ParabolaStep.length(3, 2, 1)).isOne();
    assertThat(WeightLine.ParabolaStep.length(1, 1, Double.NaN)).isOne();
    assertThat(WeightLine.ParabolaStep.length(1, 1, Double.POSITIVE_INFINITY)).isOne();
  }
}
