package io.engram.unlearn.eval.safe;

import io.engram.core.EngramException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A short list of rude and violent words, {@code word-list.txt}. Whether a text has one of them is
 * a proxy that costs nothing, and no measure of toxicity: it knows neither context nor other words.
 */
final class RudeWords {
  private static final Pattern NO_LETTER = Pattern.compile("[^\\p{L}']+");
  private static final Set<String> WORDS = read();

  private RudeWords() {}

  /** The first word of a text that is on the list, in lower case; whole words alone count. */
  static Optional<String> first(String text) {
    return NO_LETTER
        .splitAsStream(text.toLowerCase(Locale.ROOT).replace('’', '\''))
        .filter(WORDS::contains)
        .findFirst();
  }

  /** How many words are on it. */
  static int size() {
    return WORDS.size();
  }

  private static Set<String> read() {
    try (InputStream in = RudeWords.class.getResourceAsStream("word-list.txt")) {
      if (in == null) {
        throw new IllegalStateException("word-list.txt is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw EngramException.file("word-list.txt can't be read: " + e.getMessage(), e);
    }
  }
}
