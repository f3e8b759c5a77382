package io.engram.core.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.testkit.Golden;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class MeanWithErrorTest {
  /** With one degree of freedom t at 97.5 % is tan(0.475π) = 12.706; s/√2 of {0, 2} is 1. */
  @Test
  void twoValuesSayLittle() {
    Bootstrap.Interval interval = MeanWithError.interval(new double[] {0, 2}, 0.95);
    assertThat(interval.low()).isCloseTo(1 - Math.tan(0.475 * Math.PI), within(1e-9));
    assertThat(interval.high()).isCloseTo(1 + Math.tan(0.475 * Math.PI), within(1e-9));
  }

  @Test
  void equalsScipy() {
    JsonNode cases = Golden.json("student_t.json").path("cases");
    assertThat(cases).hasSize(6);
    for (JsonNode golden : cases) {
      Bootstrap.Interval interval =
          MeanWithError.interval(
              Golden.doubles(golden.path("values")), golden.path("level").asDouble());
      assertThat(interval.low()).isCloseTo(golden.path("low").asDouble(), within(1e-9));
      assertThat(interval.high()).isCloseTo(golden.path("high").asDouble(), within(1e-9));
    }
  }

  @Test
  void oneValueSaysNothing() {
    Bootstrap.Interval interval = MeanWithError.interval(new double[] {0.5}, 0.95);
    assertThat(interval.low()).isNegative().isInfinite();
    assertThat(interval.high()).isPositive().isInfinite();
  }
}
