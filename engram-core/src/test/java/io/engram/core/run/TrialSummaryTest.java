package io.engram.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TrialSummaryTest {
  private static Measurement measured(String stage, String metric, double value) {
    return new Measurement(stage, "tofu", metric, value, "ratio", 400, true, 0.01);
  }

  /** 0.5, 0.7, 0.9: mean 0.7, s = 0.2; t of two degrees of freedom is 4.3027. */
  @Test
  void scatterIsBetweenTrials() {
    List<TrialSummary> found =
        TrialSummary.of(
            List.of(
                List.of(measured("before", "a", 1), measured("after", "a", 0.5)),
                List.of(measured("before", "a", 1), measured("after", "a", 0.7)),
                List.of(measured("before", "a", 1), measured("after", "a", 0.9))));
    assertThat(found).extracting(TrialSummary::stage).containsExactly("before", "after");
    TrialSummary after = found.get(1);
    assertThat(after.n()).isEqualTo(3);
    assertThat(after.mean()).isCloseTo(0.7, within(1e-12));
    assertThat(after.standardDeviation()).isCloseTo(0.2, within(1e-12));
    double half = 4.302652729696142 * 0.2 / Math.sqrt(3);
    assertThat(after.low()).isCloseTo(0.7 - half, within(1e-9));
    assertThat(after.high()).isCloseTo(0.7 + half, within(1e-9));
    assertThat(after.values()).containsExactly(0.5, 0.7, 0.9);
    assertThat(after.samples()).isEqualTo(400);
    assertThat(JsonFiles.line(after)).contains("\"n\":3,").doesNotContain("samples");
  }

  @Test
  void oneTrialHasNoScatterAndWhatSomeLackIsLeftOut() {
    TrialSummary one = TrialSummary.of(List.of(List.of(measured("after", "a", 0.5)))).get(0);
    assertThat(one.standardDeviation()).isNull();
    assertThat(Objects.requireNonNullElse(one.low(), 7.0)).isEqualTo(7.0);
    assertThat(
            TrialSummary.of(
                List.of(
                    List.of(measured("after", "a", 0.5), measured("after", "b", 0.1)),
                    List.of(measured("after", "a", 0.5)))))
        .extracting(TrialSummary::metric)
        .containsExactly("a");
  }
}
