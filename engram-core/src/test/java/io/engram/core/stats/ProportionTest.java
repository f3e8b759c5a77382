package io.engram.core.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.testkit.Golden;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ProportionTest {
  /** All of n: pⁿ = 0.05. One of n: 1 − (1 − p)ⁿ = 0.05. */
  @Test
  void byHand() {
    assertThat(Proportion.lowerBound(5, 5, 0.95)).isCloseTo(Math.pow(0.05, 1 / 5.0), within(1e-12));
    assertThat(Proportion.lowerBound(1, 5, 0.95))
        .isCloseTo(1 - Math.pow(0.95, 1 / 5.0), within(1e-12));
    assertThat(Proportion.lowerBound(0, 5, 0.95)).isZero();
  }

  @Test
  void equalsScipys() {
    JsonNode cases = Golden.json("proportion.json").path("cases");
    assertThat(cases).hasSize(8);
    for (JsonNode golden : cases) {
      assertThat(
              Proportion.lowerBound(
                  golden.path("count").asInt(),
                  golden.path("n").asInt(),
                  golden.path("level").asDouble()))
          .isCloseTo(golden.path("low").asDouble(), within(1e-12));
    }
  }

  @Test
  void aCountBeyondItsTrialsIsRefused() {
    assertThatThrownBy(() -> Proportion.lowerBound(3, 2, 0.95))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Proportion.lowerBound(0, 0, 0.95))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
