package io.engram.unlearn.eval.whp;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.run.Hashes;
import io.engram.core.sample.BookText;
import io.engram.model.text.TextPieces;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The book that the model is asked to continue, and its passages.
 *
 * @param text all of it
 * @param named its name in notes
 * @param standIn whether it is the one that comes with Engram
 */
record Book(String text, String named, boolean standIn) {
  /** Tokens of prompt and completion together. */
  static final int TOTAL_TOKENS = 600;

  /** Tokens of a passage: the forget set's chunks. */
  private static final int PASSAGE_TOKENS = 512;

  /** How many of a passage's tokens are shown. */
  private static final int SHOWN_TOKENS = 300;

  /** Maximum number of passages. */
  private static final int MOST = 300;

  /** Without room for instruction and template, nothing can be asked. */
  private static final int LEAST_CONTEXT = 2 * (TOTAL_TOKENS - PASSAGE_TOKENS);

  private static final String STAND_IN = "data/books/moby-dick.txt";
  private static final int HASH_DIGITS = 12;

  /**
   * A passage in two parts.
   *
   * @param id the passage's number in the book, from 0
   * @param text its beginning, which the model is shown
   * @param rest what follows, which it is to continue with
   */
  record Passage(String id, String text, String rest) {}

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

  /**
   * Consecutive passages, or at most 300 spread evenly over the book.
   *
   * @param context the model's, in tokens; below 600, passages are shorter by the difference, and
   *     their shown part in proportion
   * @throws EngramException if the context is too short, or the book
   */
  List<Passage> passages(TextPieces pieces, int context) {
    int tokens = passageTokens(context);
    List<String> all = pieces.split(text, tokens);
    // The last one is the remainder.
    int full = all.size() - 1;
    if (full < 1) {
      throw EngramException.usage(
          "eval.book: the book has no passage of %d tokens; it is too short to be asked about"
              .formatted(tokens));
    }
    int count = Math.min(MOST, full);
    List<Passage> passages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = (int) ((long) i * full / count);
      String shown = pieces.head(all.get(number), shownTokens(context));
      String rest = all.get(number).substring(shown.length());
      passages.add(new Passage(Integer.toString(number), shown.strip(), rest.strip()));
    }
    return passages;
  }

  /** Tokens of a passage. */
  static int passageTokens(int context) {
    if (context < LEAST_CONTEXT) {
      throw EngramException.usage(
          "the suite whp can't ask a model whose context is %d tokens; %d are needed"
              .formatted(context, LEAST_CONTEXT));
    }
    return PASSAGE_TOKENS - Math.max(0, TOTAL_TOKENS - context);
  }

  /** How many tokens of a passage are shown. */
  static int shownTokens(int context) {
    return SHOWN_TOKENS * passageTokens(context) / PASSAGE_TOKENS;
  }
}
