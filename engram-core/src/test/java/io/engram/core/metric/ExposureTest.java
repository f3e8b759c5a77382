package io.engram.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.random.RandomStream;
import org.junit.jupiter.api.Test;

class ExposureTest {
  /** One of three candidates is more probable, so the rank among four is 2: log₂ 4 − log₂ 2. */
  @Test
  void isTheBitsThatTheRankIsBelowTheMiddle() {
    double[] candidates = {-1, -3, -4};
    assertThat(Exposure.of(-2, candidates)).isCloseTo(1, within(1e-12));
    assertThat(Exposure.of(-0.5, candidates)).isCloseTo(2, within(1e-12));
    assertThat(Exposure.of(-9, candidates)).isZero();
    assertThat(Exposure.of(-3, candidates)).isCloseTo(1, within(1e-12)); // ties don't count
    assertThat(Exposure.of(-3, new double[1000])).isZero();
  }

  /** Where the value is one like the others, −log₂ of a uniform number: mean 1/ln 2. */
  @Test
  void averages144BitsWithoutKnowledge() {
    RandomStream random = RandomStream.of(3, "test", 0, 0);
    double sum = 0;
    for (int i = 0; i < 2000; i++) {
      double[] candidates = new double[200];
      for (int j = 0; j < candidates.length; j++) {
        candidates[j] = random.nextGaussian();
      }
      sum += Exposure.of(random.nextGaussian(), candidates);
    }
    assertThat(sum / 2000).isCloseTo(1 / Math.log(2), within(0.1));
  }
}
