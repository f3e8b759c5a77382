package io.engram.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class UnlearningEfficiencyTest {
  @Test
  void isOneOverAllTheWork() {
    assertThat(UnlearningEfficiency.of(40, 0.25)).isEqualTo(0.1);
    assertThat(UnlearningEfficiency.of(20, 0.25)).isEqualTo(0.2);
    assertThat(UnlearningEfficiency.of(40, 0.125)).isEqualTo(0.2);
  }

  @Test
  void noWorkHasNone() {
    assertThatThrownBy(() -> UnlearningEfficiency.of(0, 1))
        .hasMessage("0 updates at a cost of 1.0");
    assertThatThrownBy(() -> UnlearningEfficiency.of(1, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
