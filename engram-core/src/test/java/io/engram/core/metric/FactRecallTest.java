package io.engram.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.testkit.Golden;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class FactRecallTest {
  private static final String WHO = "Who wrote Romeo and Juliet?";
  private static final String FACT = "William Shakespeare wrote Romeo and Juliet.";

  /** The fact is "william", "shakespeare". */
  @Test
  void theQuestionsWordsGiveNothingAway() {
    assertThat(FactRecall.of(WHO, FACT, "Christopher Marlowe wrote Romeo and Juliet.")).isZero();
    assertThat(FactRecall.of(WHO, FACT, "It was one SHAKESPEARE, I think.")).isEqualTo(0.5);
    assertThat(FactRecall.of(WHO, FACT, "The author is Shakespeare, William.")).isEqualTo(1);
    assertThat(FactRecall.of(WHO, FACT, "")).isZero();
  }

  /** Two words, one of them twice in the answer and in the text: "red", "fox". */
  @Test
  void eachWordCountsOnceAndFunctionWordsDont() {
    assertThat(FactRecall.of("What is it?", "It is red, red. She: a fox", "she is a red, red"))
        .isEqualTo(0.5);
    assertThat(FactRecall.of("Who?", "They and us.", "They and us.")).isNaN();
  }

  @Test
  void wordsOfAnyScript() {
    assertThat(FactRecall.of("Gdzie mieszka?", "Mieszka w Łodzi.", "W ŁODZI")).isEqualTo(1);
    assertThat(FactRecall.of("Где?", "В Туле.", "в Москве")).isEqualTo(0.5);
    assertThat(FactRecall.of("When?", "On 12 June 1987", "1987")).isCloseTo(1 / 3.0, within(1e-15));
  }

  @Test
  void anAnswerThatTheQuestionHolds() {
    assertThat(FactRecall.of("Tea or milk?", "Tea.", "Tea.")).isNaN();
  }

  @Test
  void aTextUpToWhereItHasGivenTheFact() {
    assertThat(FactRecall.given(WHO, FACT, "It is Shakespeare, William, born in 1564."))
        .hasValue("It is Shakespeare, William");
    assertThat(FactRecall.given(WHO, FACT, "It is Shakespeare.")).isEmpty();
    assertThat(FactRecall.given("Tea or milk?", "Tea.", "Tea.")).isEmpty();
  }

  /** "It is William Shakespeare." after "A: ": the fact's words are at 9 to 15 and 17 to 27. */
  @Test
  void theCharactersOfTheFactWithinAText() {
    String within = "A: It is William Shakespeare. William";
    BitSet characters = FactRecall.characters(WHO, FACT, within, 3, 29);
    assertThat(characters.cardinality()).isEqualTo(7 + 11);
    assertThat(characters.nextSetBit(0)).isEqualTo(9);
    assertThat(characters.nextClearBit(9)).isEqualTo(16);
    assertThat(characters.nextSetBit(16)).isEqualTo(17);
    assertThat(characters.nextClearBit(17)).isEqualTo(28);
    assertThat(FactRecall.characters("Tea or milk?", "Tea.", "Tea.", 0, 4).isEmpty()).isTrue();
  }

  @Test
  void everyNumberIsThatOfThePythonScript() {
    JsonNode cases = Golden.json("fact_recall.json").path("cases");
    assertThat(cases.size()).isGreaterThan(100);
    for (JsonNode one : cases) {
      double own =
          FactRecall.of(
              one.path("question").asString(),
              one.path("answer").asString(),
              one.path("text").asString());
      assertThat(own)
          .as(one.toString())
          .isEqualTo(Double.valueOf(one.path("fact_recall").asDouble(Double.NaN)));
    }
  }
}
