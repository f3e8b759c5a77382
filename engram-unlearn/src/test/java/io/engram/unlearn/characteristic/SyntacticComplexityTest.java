package io.engram.unlearn.characteristic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.unlearn.characteristic.EnglishText.TaggedSentence;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SyntacticComplexityTest {
  private final EnglishText english = new EnglishText();

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "1; The/DET cat/NOUN is/AUX sleeping/VERB ./PUNCT",
        "1; Her/PRON mother/NOUN was/AUX a/DET nurse/NOUN ./PUNCT",
        "1; It/PRON has/AUX not/PART yet/ADV been/AUX disclosed/VERB ./PUNCT",
        "1; What/PRON did/AUX her/PRON mother/NOUN write/VERB ?/PUNCT",
        "2; Is/AUX he/PRON the/DET man/NOUN who/PRON wrote/VERB it/PRON ?/PUNCT",
        "1; She/PRON wants/VERB to/PART really/ADV write/VERB ./PUNCT",
        "1; They/PRON stood/VERB there/ADV ,/PUNCT smiling/VERB ./PUNCT",
        "2; After/SCONJ reading/VERB it/PRON they/PRON left/VERB ./PUNCT",
        "1; They/PRON bring/VERB joy/NOUN ./PUNCT",
        "2; They/PRON don't/AUX+PART sell/VERB because/SCONJ nobody/PRON reads/VERB ./PUNCT",
        "0; A/DET good/ADJ book/NOUN !/PUNCT",
      })
  void clausesAreCountedByTheirVerbs(int clauses, String sentence) {
    assertThat(SyntacticComplexity.clauses(Tagged.sentence(sentence))).isEqualTo(clauses);
  }

  /** 4 and 6 words in two sentences; 1 and 2 clauses; cat, sleeping, man, wrote are content. */
  @Test
  void measuresAreRatiosOfCounts() {
    SyntacticComplexity complexity =
        SyntacticComplexity.of(
            List.of(
                Tagged.sentence("The/DET cat/NOUN is/AUX sleeping/VERB ./PUNCT"),
                Tagged.sentence("Is/AUX he/PRON the/DET man/NOUN who/PRON wrote/VERB ?/PUNCT")));
    assertThat(complexity).isEqualTo(new SyntacticComplexity(5, 1.5, 0.4));
  }

  @Test
  void aTextWithoutSentencesHasNone() {
    assertThat(SyntacticComplexity.of("", english))
        .isEqualTo(new SyntacticComplexity(Double.NaN, Double.NaN, Double.NaN));
  }

  /** An example of Table 7, tagged by hand: 8 and 5 words, one clause each. */
  @Test
  void englishIsTagged() {
    List<TaggedSentence> sentences =
        english.sentences("What career did Li Mei Yu’s mother have? Her mother was a nurse.");
    assertThat(sentences)
        .containsExactly(
            Tagged.sentence(
                "What/PRON career/NOUN did/AUX Li/PROPN Mei/PROPN Yu/PROPN mother/NOUN have/VERB"
                    + " ?/PUNCT"),
            Tagged.sentence("Her/PRON mother/NOUN was/AUX a/DET nurse/NOUN ./PUNCT"));
    SyntacticComplexity complexity = SyntacticComplexity.of(sentences);
    assertThat(complexity.meanSentenceLength()).isEqualTo(6.5);
    assertThat(complexity.clausesPerSentence()).isEqualTo(1);
    assertThat(complexity.contentWordShare()).isCloseTo(8 / 13.0, within(1e-15));
  }

  /** s_0: ranks 1, 1.5, 1 give (½ + 0.375 + ¼ − ½)/4. */
  @Test
  void semanticComplexityIsTheMeanOfRanks() {
    double[] mtld = {10, 20, 30, Double.POSITIVE_INFINITY};
    double[] length = {5, 5, 10, 20};
    double[] clauses = {1, 2, 2, 2};
    assertThat(SemanticComplexity.of(mtld, length, clauses))
        .containsExactly(0.15625, 0.40625, 0.625, 0.8125);
    assertThatThrownBy(() -> SemanticComplexity.of(mtld, length, new double[3]))
        .hasMessage("measures of 4, 4 and 3 samples");
  }
}
