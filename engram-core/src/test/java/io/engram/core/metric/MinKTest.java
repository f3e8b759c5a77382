package io.engram.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.testkit.Golden;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class MinKTest {
  @Test
  void meansTheLowestShare() {
    double[] logProbs = {-1, -5, -3, -0.5, -2};
    assertThat(MinK.score(logProbs, 0.5)).isEqualTo((5 + 3) / 2.0);
    assertThat(MinK.score(logProbs, 1)).isCloseTo(11.5 / 5, within(1e-15));
    assertThat(MinK.answerScore(logProbs, 0.4)).isEqualTo(4);
    assertThat(logProbs).as("left as it was").startsWith(-1, -5);
  }

  @Test
  void oneTokenIsNoHalfButAnAnswer() {
    assertThat(MinK.score(new double[] {-2}, 0.5)).isNaN();
    assertThat(MinK.answerScore(new double[] {-2}, 0.4)).isEqualTo(2);
    assertThat(MinK.answerScore(new double[0], 0.4)).isZero();
  }

  @Test
  void whatHasNoProbabilityIsTheStrangestAndWhatIsNoNumberHasNoScore() {
    double[] excluded = {-1, Double.NEGATIVE_INFINITY, -3, -2};
    assertThat(MinK.score(excluded, 0.5)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(MinK.answerScore(excluded, 0.4)).isEqualTo(Double.POSITIVE_INFINITY);
    double[] broken = {-1, Double.NaN, -3, -2};
    assertThat(MinK.score(broken, 0.5)).isNaN();
    assertThat(MinK.answerScore(broken, 0.4)).isNaN();
  }

  @Test
  void refusesAShareThatIsNone() {
    assertThatThrownBy(() -> MinK.score(new double[] {-1}, 0))
        .hasMessage("k = 0.0 is not in (0, 1]");
    assertThatThrownBy(() -> MinK.answerScore(new double[] {-1}, 40))
        .hasMessage("k = 40.0 is not in (0, 1]");
  }

  @Test
  void equalsNumpy() {
    for (JsonNode golden : Golden.json("mink.json").path("cases")) {
      double[] logProbs = Golden.doubles(golden.path("log_probs"));
      JsonNode wagle = golden.path("wagle_50");
      assertThat(MinK.score(logProbs, 0.5))
          .isCloseTo(wagle.isNull() ? Double.NaN : wagle.asDouble(), within(1e-12));
      assertThat(MinK.answerScore(logProbs, 0.4))
          .isCloseTo(golden.path("open_unlearning_40").asDouble(), within(1e-12));
    }
  }
}
