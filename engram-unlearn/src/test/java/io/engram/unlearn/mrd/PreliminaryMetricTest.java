package io.engram.unlearn.mrd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PreliminaryMetricTest {
  @Test
  void isTheAbsoluteChangeOfTheSum() {
    assertThat(PreliminaryMetric.of(new double[] {-1, -2}, new double[] {-2.5, -1})).isEqualTo(0.5);
    assertThat(PreliminaryMetric.of(new double[] {-2.5, -1}, new double[] {-1, -2})).isEqualTo(0.5);
    assertThatThrownBy(() -> PreliminaryMetric.of(new double[1], new double[2]))
        .hasMessage("2 perturbed log-probabilities for 1 tokens");
  }

  @Test
  void takesOneDrawForAllSamples() {
    NoisyScorer scorer =
        (samples, noise, scale) -> {
          double change = scale * noise.nextGaussian();
          return List.of(new double[] {-1 - change}, new double[] {-3, -4 - change});
        };
    double[] found = PreliminaryMetric.measure(scorer, 2, 0.1, 9, 0);
    assertThat(found[0]).isPositive().isLessThan(0.6);
    assertThat(found[1]).isCloseTo(found[0], org.assertj.core.api.Assertions.within(1e-12));
    assertThat(PreliminaryMetric.measure(scorer, 2, 0.1, 9, 0)).containsExactly(found);
    assertThat(PreliminaryMetric.measure(scorer, 2, 0.1, 9, 1)).isNotEqualTo(found);
  }
}
