package io.engram.unlearn.eval.whp;

import io.engram.core.EngramException;
import io.engram.model.text.TextPieces;
import java.util.ArrayList;
import java.util.List;

/**
 * A passage of the book, divided.
 *
 * @param id the passage's number in the book, from 0
 * @param text its beginning, which the model is shown
 * @param rest what follows, which it is to continue with
 */
record Excerpt(String id, String text, String rest) {
  /** Tokens of prompt and completion together. */
  static final int TOTAL_TOKENS = 600;

  /** Tokens of a passage: the forget set's chunks. */
  private static final int PASSAGE_TOKENS = 512;

  /** Tokens of it that are shown. */
  private static final int SHOWN_TOKENS = 300;

  /** How many passages at most. */
  private static final int MOST = 300;

  /** Without room for instruction and template nothing can be asked. */
  private static final int LEAST_CONTEXT = 2 * (TOTAL_TOKENS - PASSAGE_TOKENS);

  /**
   * Passages that follow on each other, at most 300, evenly over the book.
   *
   * @param context the model's, tokens; where it is below 600 passages are shorter by the
   *     difference, and what is shown of them in proportion
   * @throws EngramException if the context is too short, or the book
   */
  static List<Excerpt> of(String book, TextPieces pieces, int context) {
    int passage = passageTokens(context);
    List<String> passages = pieces.split(book, passage);
    // The last one is what is left over.
    int full = passages.size() - 1;
    if (full < 1) {
      throw EngramException.usage(
          "eval.book: the book has no passage of %d tokens; it is too short to be asked about"
              .formatted(passage));
    }
    int count = Math.min(MOST, full);
    List<Excerpt> excerpts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = (int) ((long) i * full / count);
      String text = pieces.head(passages.get(number), shownTokens(context));
      String rest = passages.get(number).substring(text.length());
      excerpts.add(new Excerpt(Integer.toString(number), text.strip(), rest.strip()));
    }
    return excerpts;
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

  /** Tokens of a passage that are shown. */
  static int shownTokens(int context) {
    return SHOWN_TOKENS * passageTokens(context) / PASSAGE_TOKENS;
  }
}
