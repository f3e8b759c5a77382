package io.engram.unlearn.characteristic;

import io.engram.unlearn.characteristic.EnglishText.TaggedSentence;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How often what a sample speaks of comes in a training set: {@code (1/m) Σ_j count(w_j)} over the
 * sample's m content words (nouns, names, full verbs, adjectives, adverbs), count(w) how often w
 * comes in all training texts.
 *
 * <p><b>Source:</b> §4.2: "classified relative to the training set average"; see {@link
 * SampleCharacteristics} for that average. <b>Differs:</b> the paper doesn't say what is counted. A
 * whole sample comes once; words such as "the" come everywhere and tell nothing.
 */
public final class OccurrenceFrequency {
  private final Map<String, Integer> counts = new HashMap<>();

  /** Counts the words of these training texts. */
  public OccurrenceFrequency(Collection<String> trainingTexts) {
    for (String text : trainingTexts) {
      Words.of(text).forEach(word -> counts.merge(word, 1, Integer::sum));
    }
  }

  /**
   * A text's frequency.
   *
   * @return occurrences, ≥ 0; NaN where the text has no content word
   */
  public double of(String text, EnglishText english) {
    return of(english.sentences(text));
  }

  double of(List<TaggedSentence> text) {
    return text.stream()
        .flatMap(
            sentence ->
                IntStream.range(0, sentence.size())
                    .filter(sentence::isContentWord)
                    .mapToObj(sentence.tokens()::get))
        .flatMap(token -> Words.of(token).stream())
        .mapToInt(word -> counts.getOrDefault(word, 0))
        .average()
        .orElse(Double.NaN);
  }
}
