package io.engram.unlearn.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OrderTrialTest {
  /** 10 forgotten at update 4, 30 at 8: 25 at 7. */
  @Test
  void countsUpdatesBetweenTwoChecks() {
    TreeMap<Integer, Double> forgotten = new TreeMap<>(Map.of(0, 0.0, 4, 10.0, 8, 30.0, 12, 40.0));
    assertThat(OrderTrial.crossing(forgotten, 25, true)).isCloseTo(7, within(1e-12));
    assertThat(OrderTrial.crossing(forgotten, 40, true)).isEqualTo(12);
    assertThat(OrderTrial.crossing(forgotten, 41, true)).isNaN();
    assertThat(OrderTrial.crossing(forgotten, 0, true)).isZero();
    TreeMap<Integer, Double> strength = new TreeMap<>(Map.of(0, 0.9, 4, 0.5, 8, 0.1));
    assertThat(OrderTrial.crossing(strength, 0.2, false)).isCloseTo(7, within(1e-12));
  }

  @Test
  void readsASeriesBetweenItsPoints() {
    TreeMap<Integer, Double> utility = new TreeMap<>(Map.of(0, 0.9, 15, 0.6, 20, 0.7));
    assertThat(OrderTrial.at(utility, 5)).isCloseTo(0.8, within(1e-12));
    assertThat(OrderTrial.at(utility, 15)).isEqualTo(0.6);
    assertThat(OrderTrial.at(utility, 17.5)).isCloseTo(0.65, within(1e-12));
    assertThat(OrderTrial.at(utility, 21)).isNaN();
    assertThat(OrderTrial.at(utility, Double.NaN)).isNaN();
  }
}
