package io.engram.unlearn.characteristic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.unlearn.characteristic.EnglishText.TaggedSentence;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How often words come, and how likely tokens are. */
final class OccurrenceTest {
  /** cat comes 3 times, eats twice, Al and Sabah once, fish never; the isn't a content word. */
  @Test
  void frequencyIsTheMeanCountOfContentWords() {
    OccurrenceFrequency frequency =
        new OccurrenceFrequency(List.of("The cat eats. The cat sleeps.", "Al-Sabah's CAT eats"));
    List<TaggedSentence> text =
        List.of(
            Tagged.sentence("The/DET Cat/NOUN eats/VERB fish/NOUN ./PUNCT"),
            Tagged.sentence("Al-Sabah/PROPN"));
    assertThat(frequency.of(text)).isEqualTo((3 + 2 + 0 + 1 + 1) / 5.0);
    assertThat(frequency.of(List.of(Tagged.sentence("The/DET")))).isNaN();
    assertThat(frequency.of("The cat is sleeping.", new EnglishText())).isEqualTo((3 + 0) / 2.0);
  }

  @Test
  void probabilityIsAveragedOverTokens() {
    double[] logProbs = {Math.log(0.5), Math.log(0.25)};
    assertThat(GenerationProbability.meanProbability(logProbs)).isCloseTo(0.375, within(1e-15));
    assertThat(GenerationProbability.meanLogProbability(logProbs))
        .isCloseTo(1.5 * Math.log(0.5), within(1e-15));
    assertThat(GenerationProbability.meanProbability(new double[0])).isNaN();
  }

  /** Ji-Yeon twice and opus; not award-winning, Park's or 1951. */
  @Test
  void rareIsWhatTheVocabularyLacks() {
    RareWords rare = new RareWords(Set.of("the", "award", "winning", "of", "park", "s"));
    assertThat(rare.count("The award-winning opus of Ji-Yeon Park. Ji-Yeon Park's 1951."))
        .isEqualTo(3);
    assertThat(rare.count("")).isZero();
  }

  /** Table 7's examples of a sample without rare words and with them. */
  @Test
  void theVocabularyPartsThePapersExamples() {
    RareWords rare = new RareWords(RareWords.mostFrequent(RareWords.FREQUENT));
    assertThat(
            rare.count(
                "What gender does the author Ji-Yeon Park identify as? The author Ji-Yeon Park"
                    + " identifies as female."))
        .isEqualTo(2);
    assertThat(
            rare.count(
                "When did Samin Nosrat receive the \"Prix Goncourt de Littérature Historique\" and"
                    + " for which book? Samin Nosrat received the \"Prix Goncourt de Littérature"
                    + " Historique\" for her vibrant piece \"The Seed,\" which she received in"
                    + " 2011."))
        .isEqualTo(12);
  }

  @Test
  void theFrequencyListBeginsWithTheMostFrequent() {
    assertThat(RareWords.mostFrequent(3)).containsExactlyInAnyOrder("you", "i", "the");
    assertThat(RareWords.mostFrequent(20_000)).hasSize(20_000).contains("bountiful");
    assertThatThrownBy(() -> RareWords.mostFrequent(20_001))
        .hasMessage("the frequency list has 1 to 20000 most frequent words, not 20001");
  }
}
