package io.engram.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.testkit.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RougeLTest {
  /** Worked by hand: common subsequence "the cat the mat" of 4; 6 words predicted, 5 expected. */
  @Test
  void countsTheLongestCommonSubsequence() {
    RougeL.Score score =
        RougeL.score("The cat sat on the mat.", "the cat, the red mat", /* stem= */ false);
    assertThat(score.precision()).isEqualTo(4 / 6.0);
    assertThat(score.recall()).isEqualTo(4 / 5.0);
    assertThat(score.f1()).isCloseTo(8 / 11.0, within(1e-15));
  }

  @Test
  void stemsWordsOfFourLettersAndMore() {
    assertThat(RougeL.words("He DIED; it was using 08/09/1956", true))
        .containsExactly("he", "die", "it", "was", "use", "08", "09", "1956");
  }

  @Test
  void nothingScoresNothing() {
    RougeL.Score zero = new RougeL.Score(0, 0, 0);
    assertThat(RougeL.score("", "", true)).isEqualTo(zero);
    assertThat(RougeL.score("...", "a", true)).isEqualTo(zero);
    assertThat(RougeL.score("b", "a", true)).isEqualTo(zero);
  }

  @Test
  void equalsRougeScoreOnEveryPair() {
    JsonNode pairs = Golden.json("rouge.json").path("pairs");
    assertThat(pairs.size()).isEqualTo(200);
    for (JsonNode pair : pairs) {
      check(pair, "stemmed", true);
      check(pair, "plain", false);
    }
  }

  @Test
  void everyStemIsThatOfNltk() {
    JsonNode stems = Golden.json("stems.json");
    assertThat(stems.size()).isGreaterThan(3000);
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, JsonNode> stem : stems.properties()) {
      String ours = PorterStem.of(stem.getKey());
      if (!ours.equals(stem.getValue().asString())) {
        wrong.add(stem.getKey() + ": " + ours + ", not " + stem.getValue());
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static void check(JsonNode pair, String kind, boolean stem) {
    String prediction = pair.path("prediction").asString();
    RougeL.Score score = RougeL.score(prediction, pair.path("reference").asString(), stem);
    JsonNode expected = pair.path(kind);
    assertThat(List.of(score.precision(), score.recall(), score.f1()))
        .as("%s: %s", kind, prediction)
        .containsExactly(
            expected.path("rougeL_precision").asDouble(),
            expected.path("rougeL_recall").asDouble(),
            expected.path("rougeL_fmeasure").asDouble());
  }
}
