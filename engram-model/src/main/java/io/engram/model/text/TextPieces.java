package io.engram.model.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts texts at token boundaries. Pieces are plain text again, tokenised, shown and written like
 * any other. Near a boundary, a piece's tokens may differ from those of the whole text.
 */
public final class TextPieces {
  private final Tokenizer tokenizer;

  TextPieces(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Splits a text into consecutive pieces, each as long as possible.
   *
   * @param tokens maximum tokens of a piece by itself, including the special ones that the
   *     tokenizer adds; at least 2 more than those
   * @return all of the text except pieces of blanks; one piece if it is short enough
   */
  public List<String> split(String text, int tokens) {
    int room = Math.max(1, tokens - tokenizer.encode("").length);
    int[] ends = tokenizer.encodeWithEnds(text, false).ends();
    List<String> pieces = new ArrayList<>();
    int from = 0;
    int first = 0;
    while (from < text.length()) {
      int last = last(text, ends, first, from, room, tokens);
      int to = last >= ends.length ? text.length() : ends[last - 1];
      String piece = text.substring(from, to);
      if (!piece.isBlank()) {
        pieces.add(piece);
      }
      from = to;
      // Several tokens may make one character; then only the first has text.
      for (first = last; first < ends.length && ends[first] <= from; first++) {}
    }
    return pieces;
  }

  /** Index after the piece's last token, less if the piece by itself has too many tokens. */
  private int last(String text, int[] ends, int first, int from, int room, int tokens) {
    int last = Math.min(first + room, ends.length);
    while (last < ends.length && ends[last - 1] <= from) {
      last++;
    }
    while (last > first + 1
        && ends[last - 2] > from
        && tokenizer.encode(text.substring(from, end(text, ends, last))).length > tokens) {
      last--;
    }
    return last;
  }

  private static int end(String text, int[] ends, int last) {
    return last == ends.length ? text.length() : ends[last - 1];
  }

  /**
   * A text's beginning.
   *
   * @param tokens how many, special ones not counted
   * @return the whole text if it isn't longer
   */
  public String head(String text, int tokens) {
    int[] ends = tokenizer.encodeWithEnds(text, false).ends();
    return tokens >= ends.length ? text : text.substring(0, ends[tokens - 1]);
  }
}
