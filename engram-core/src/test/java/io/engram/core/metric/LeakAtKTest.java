package io.engram.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.testkit.Golden;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class LeakAtKTest {
  /** One of four answers leaks: three of the six pairs contain it. */
  @Test
  void isTheShareOfSubsetsWithALeak() {
    assertThat(LeakAtK.of(4, 1, 2)).isCloseTo(3 / 6.0, within(1e-15));
    assertThat(LeakAtK.of(4, 1, 1)).isCloseTo(0.25, within(1e-15));
    assertThat(LeakAtK.of(4, 3, 2)).isOne();
    assertThat(LeakAtK.of(4, 0, 4)).isZero();
  }

  @Test
  void agreesWithBinomialCoefficients() {
    for (JsonNode row : Golden.json("leak.json").path("cases")) {
      double leak = LeakAtK.of(row.path("n").asInt(), row.path("c").asInt(), row.path("k").asInt());
      assertThat(leak).isCloseTo(row.path("leak").asDouble(), within(1e-12));
    }
  }

  @Test
  void refusesMoreThanThereAre() {
    assertThatThrownBy(() -> LeakAtK.of(5, 2, 6)).hasMessageContaining("leak@6 of 5");
    assertThatThrownBy(() -> LeakAtK.of(5, 6, 1)).isInstanceOf(IllegalArgumentException.class);
  }
}
