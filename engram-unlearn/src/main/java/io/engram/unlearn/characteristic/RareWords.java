package io.engram.unlearn.characteristic;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How many words of a text aren't among the N most frequent of the language; more than three make a
 * rare-word sample.
 *
 * <p>A word comes with what a hyphen or apostrophe joins to it and is rare once, if one of its
 * parts isn't in the vocabulary: "award-winning" isn't rare, "Ji-Yeon" is. A number isn't rare.
 * Each occurrence counts.
 *
 * <p><b>Source:</b> §4.2: "a predefined high-frequency vocabulary serves as the baseline (Luong et
 * al., 2015), and samples containing more than three occurrences of words outside this vocabulary
 * are identified as rare-word samples". <b>Differs:</b> the vocabulary isn't named. N = 20,000
 * words of SUBTLEX-US: with it both examples of Table 7 come out as there (2 rare words, 12 rare
 * words), and 342 of forget10's 400 samples are rare; with 5,000 the first example has 6 rare
 * words, and 398 samples are rare.
 */
public final class RareWords {
  /** The paper's limit: more than these make a rare-word sample. */
  public static final int LIMIT = 3;

  /** How many words the list of frequent words has. */
  public static final int FREQUENT = 20_000;

  private static final String RESOURCE = "subtlex-us.txt";

  private final Set<String> vocabulary;

  /**
   * Rare is what isn't in this vocabulary.
   *
   * @param vocabulary in lower case: {@link #mostFrequent}
   */
  public RareWords(Set<String> vocabulary) {
    this.vocabulary = Set.copyOf(vocabulary);
  }

  /**
   * The n most frequent words of English, in lower case: SUBTLEX-US, counted in 51 million words of
   * film subtitles (Brysbaert and New, 2009). {@code data/words/SOURCE.txt} tells how the list was
   * made.
   *
   * @param n in 1 … 20,000
   * @throws IllegalArgumentException if n is out of range
   */
  public static Set<String> mostFrequent(int n) {
    if (n < 1 || n > FREQUENT) {
      throw new IllegalArgumentException(
          "the frequency list has 1 to " + FREQUENT + " most frequent words, not " + n);
    }
    try (BufferedReader words =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(RareWords.class.getResourceAsStream(RESOURCE), RESOURCE),
                StandardCharsets.UTF_8))) {
      return words.lines().limit(n).collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The number of rare words, 0 of an empty text. */
  public int count(String text) {
    return (int) Words.compounds(text).stream().filter(this::isRare).count();
  }

  private boolean isRare(String compound) {
    return Words.of(compound).stream()
        .filter(word -> word.chars().anyMatch(Character::isLetter))
        .anyMatch(word -> !vocabulary.contains(word));
  }
}
