package io.engram.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.testkit.Golden;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class AucTest {
  /** Pairs (positive, negative): 3>1, 3>2, 2>1 and 2=2, so 3.5 of 4. */
  @Test
  void countsTiesHalf() {
    assertThat(Auc.of(new double[] {1, 2, 2, 3}, new boolean[] {false, false, true, true}))
        .isEqualTo(3.5 / 4);
  }

  @Test
  void needsBothClasses() {
    assertThat(Auc.of(new double[] {1, 2}, new boolean[] {true, true})).isNaN();
    assertThat(Auc.of(new double[0], new boolean[0])).isNaN();
  }

  @Test
  void refusesWhatHasNoRank() {
    assertThatThrownBy(() -> Auc.of(new double[] {Double.NaN}, new boolean[] {true}))
        .hasMessage("a score is NaN, which has no rank");
    assertThatThrownBy(() -> Auc.of(new double[] {1}, new boolean[0]))
        .hasMessage("1 scores, 0 labels");
  }

  @Test
  void equalsScikitLearn() {
    for (JsonNode golden : Golden.json("auc.json").path("cases")) {
      double[] scores = Golden.doubles(golden.path("scores"));
      boolean[] positive = new boolean[scores.length];
      for (int i = 0; i < scores.length; i++) {
        positive[i] = golden.path("labels").path(i).asInt() == 1;
      }
      assertThat(Auc.of(scores, positive)).isCloseTo(golden.path("auc").asDouble(), within(1e-12));
    }
  }
}
