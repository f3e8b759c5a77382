package io.engram.unlearn.characteristic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.testkit.Golden;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class LexicalDiversityTest {
  @Test
  void wordsAreRunsOfLettersAndDigits() {
    assertThat(Words.of("Littérature: O'Neill’s award-winning 2nd book."))
        .containsExactly("littérature", "o", "neill", "s", "award", "winning", "2nd", "book");
    assertThat(Words.compounds("Littérature: O'Neill’s award-winning 2nd book - \"ends\"."))
        .containsExactly("littérature", "o'neill’s", "award-winning", "2nd", "book", "ends");
  }

  /** Two thirds of a b a are types: a factor every three words, from both ends. */
  @Test
  void mtldIsTheLengthOfAFactor() {
    assertThat(LexicalDiversity.mtld("a b a b a b")).isEqualTo(3);
  }

  /** Forward: a b a, then c, no part of a factor: 4/1. Backward: ¾ of four words, 4/(0.25/0.28). */
  @Test
  void mtldCountsTheRestAsPartOfAFactor() {
    assertThat(LexicalDiversity.mtld("A b a c."))
        .isCloseTo((4 + 4 * 0.28 / 0.25) / 2, within(1e-12));
  }

  @Test
  void mtldIsInfiniteWhereNoWordComesTwice() {
    assertThat(LexicalDiversity.mtld("The cat is sleeping.")).isInfinite();
    assertThat(LexicalDiversity.mtld("?")).isNaN();
  }

  /** 43 words, one of them twice: a draw of 42 leaves one out, so that it has the pair's word. */
  @Test
  void hdDIsTheExpectedShareOfTypes() {
    String text =
        "w0 " + IntStream.range(0, 42).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));
    assertThat(LexicalDiversity.hdD(text)).isCloseTo((1 + 41 * (42 / 43.0)) / 42, within(1e-15));
  }

  @Test
  void hdDNeeds42Words() {
    assertThat(LexicalDiversity.hdD("word ".repeat(41))).isNaN();
    assertThat(LexicalDiversity.hdD("word ".repeat(42))).isCloseTo(1 / 42.0, within(1e-15));
  }

  @Test
  void bothEqualLexicalRichness() {
    JsonNode texts = Golden.json("characteristics.json").path("texts");
    assertThat(texts).hasSize(52);
    for (JsonNode golden : texts) {
      String text = golden.path("text").asString();
      assertThat(Words.of(text)).hasSize(golden.path("words").asInt());
      assertThat(LexicalDiversity.mtld(text))
          .isCloseTo(golden.path("mtld").asDouble(), within(1e-9));
      if (golden.path("hdd").isNull()) {
        assertThat(LexicalDiversity.hdD(text)).isNaN();
      } else {
        assertThat(LexicalDiversity.hdD(text))
            .isCloseTo(golden.path("hdd").asDouble(), within(1e-9));
      }
    }
  }
}
