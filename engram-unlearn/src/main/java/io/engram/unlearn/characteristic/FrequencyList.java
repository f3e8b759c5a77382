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
 * The most frequent words of English: SUBTLEX-US, counted in 51 million words of film subtitles
 * (Brysbaert and New, 2009). {@code data/words/SOURCE.txt} tells how the list was made.
 */
public final class FrequencyList {
  /** How many words the list has. */
  public static final int SIZE = 20_000;

  private static final String RESOURCE = "subtlex-us.txt";

  private FrequencyList() {}

  /**
   * The n most frequent words, in lower case.
   *
   * @param n in 1 … 20,000
   * @throws IllegalArgumentException if n is out of range
   */
  public static Set<String> mostFrequent(int n) {
    if (n < 1 || n > SIZE) {
      throw new IllegalArgumentException(
          "the frequency list has 1 to " + SIZE + " most frequent words, not " + n);
    }
    try (BufferedReader words =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(FrequencyList.class.getResourceAsStream(RESOURCE), RESOURCE),
                StandardCharsets.UTF_8))) {
      return words.lines().limit(n).collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
