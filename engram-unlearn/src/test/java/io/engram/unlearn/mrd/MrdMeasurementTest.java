package io.engram.unlearn.mrd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MrdMeasurementTest {
  @Test
  void passesLeftOutAreToldWithTheSample() {
    MrdEstimate whole = new MrdEstimate(0.1, 0.01, 8, 3, 0, 0);
    MrdEstimate part = new MrdEstimate(0.1, 0.01, 6, 3, 0, 2);
    assertThat(MrdMeasurement.leftOut(List.of(whole), i -> "s" + i)).isEmpty();
    assertThat(MrdMeasurement.leftOut(List.of(whole, part, part), i -> "s" + i))
        .containsExactly(
            "σ may be too large: passes without finite log-probabilities were skipped for 2"
                + " samples, 2 for sample s1");
  }
}
