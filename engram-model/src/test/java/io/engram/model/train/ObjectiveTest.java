package io.engram.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ObjectiveTest {
  @Test
  void scaledMultipliesLossAndGradient() {
    Objective own =
        new Objective.OfLogProbs(
            logProbs ->
                new SequenceLoss.Slope(logProbs[0] - 2 * logProbs[1], new double[] {1, -2}));
    assertThat(own.scaled(1)).isSameAs(own);
    Objective.OfLogProbs twice = (Objective.OfLogProbs) own.scaled(2.5);
    SequenceLoss.Slope slope = twice.loss().at(new double[] {-1, -3});
    assertThat(slope.loss()).isCloseTo(12.5, within(1e-15));
    assertThat(slope.gradient()).containsExactly(2.5, -5);
    assertThat(new Objective.OfLogitSpread(0.5).scaled(4))
        .isEqualTo(new Objective.OfLogitSpread(2));
  }
}
