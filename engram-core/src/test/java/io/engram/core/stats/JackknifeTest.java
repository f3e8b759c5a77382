package io.engram.core.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class JackknifeTest {
  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  @Test
  void ofAMeanItIsTheStandardError() {
    double[] values = {1, 4, 2, 9};
    assertThat(Jackknife.standardError(List.of(1.0, 4.0, 2.0, 9.0), JackknifeTest::mean))
        .isCloseTo(MeanWithError.of(values).standardError(), within(1e-14));
  }

  /** Of the square of the mean of 1, 3 and 5: 16, 9 and 4 are left; √(2/3 · 72.667). */
  @Test
  void ofASquareByHand() {
    double error =
        Jackknife.standardError(List.of(1.0, 3.0, 5.0), x -> Math.pow(JackknifeTest.mean(x), 2));
    double mean = 29 / 3.0;
    double squares = Math.pow(16 - mean, 2) + Math.pow(9 - mean, 2) + Math.pow(4 - mean, 2);
    assertThat(error).isCloseTo(Math.sqrt(2 / 3.0 * squares), within(1e-14));
    assertThat(squares).isCloseTo(72.667, within(1e-3));
  }

  @Test
  void onePartHasNone() {
    assertThat(Jackknife.standardError(List.of(1.0), JackknifeTest::mean)).isNaN();
  }
}
