package io.engram.unlearn.eval.whp;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.run.Hashes;
import io.engram.core.sample.BookText;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The book that is asked about.
 *
 * @param text all of it
 * @param named what notes call it
 * @param standIn whether it is the one that comes with Engram
 */
record Book(String text, String named, boolean standIn) {
  private static final String STAND_IN = "data/books/moby-dick.txt";
  private static final int HASH_DIGITS = 12;

  /**
   * Reads it.
   *
   * @param file {@code eval.book}; null: the first chapters of Moby-Dick
   * @throws EngramException if it can't be read, naming the key
   */
  static Book read(@Nullable String file) {
    if (file == null) {
      return new Book(
          BookText.read(EngramHome.resolve(STAND_IN), STAND_IN),
          "chapters 1 to 5 of Moby-Dick (" + STAND_IN + ")",
          true);
    }
    Path path = Path.of(file);
    String text;
    try {
      text = BookText.read(path, file);
    } catch (EngramException e) {
      throw EngramException.file(
          "eval.book: %s%nA plain text in UTF-8 is right; without it chapters of Moby-Dick stand in."
              .formatted(e.getMessage()),
          e);
    }
    String hash = Hashes.sha256(path).substring(0, HASH_DIGITS);
    return new Book(text, path.getFileName() + ", sha256 " + hash, false);
  }
}
