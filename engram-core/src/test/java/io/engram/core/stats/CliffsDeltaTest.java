package io.engram.core.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.testkit.Golden;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class CliffsDeltaTest {
  /** Of six pairs x is larger in three, smaller in two, equal in one. */
  @Test
  void countsPairs() {
    assertThat(CliffsDelta.of(new double[] {2, 5}, new double[] {1, 2, 7}))
        .isCloseTo(1 / 6.0, within(1e-15));
  }

  @Test
  void equalsScipysMannWhitney() {
    JsonNode cases = Golden.json("cliffs_delta.json").path("cases");
    assertThat(cases).hasSize(7);
    for (JsonNode golden : cases) {
      double[] x = Golden.doubles(golden.path("x"));
      double[] y = Golden.doubles(golden.path("y"));
      double delta = golden.path("cliffs_delta").asDouble();
      assertThat(CliffsDelta.of(x, y)).isCloseTo(delta, within(1e-12));
      assertThat(CliffsDelta.of(y, x)).isCloseTo(-delta, within(1e-12));
    }
  }

  @Test
  void anEmptyGroupHasNone() {
    assertThat(CliffsDelta.of(new double[0], new double[] {1})).isNaN();
  }

  @Test
  void ranksShareTies() {
    assertThat(RankCorrelation.ranks(new double[] {3, -0.0, 0.0, Double.POSITIVE_INFINITY}))
        .containsExactly(3, 1.5, 1.5, 4);
    assertThatThrownBy(() -> RankCorrelation.ranks(new double[] {Double.NaN}))
        .hasMessage("a value is NaN: it has no rank");
  }
}
