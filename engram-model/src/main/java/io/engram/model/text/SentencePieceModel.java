package io.engram.model.text;

import io.engram.core.EngramException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A SentencePiece tokenizer: its pieces in the order of their ids, and how it treats a text.
 *
 * @param algorithm how it chooses pieces
 * @param bytes whether characters that no piece has are split into bytes
 * @param unknownId the piece for unknown text
 * @param beginId the piece that begins a text; negative: none
 * @param endId the piece that ends it; negative: none
 * @param normalization of texts
 * @param origin where it comes from, for messages
 */
record SentencePieceModel(
    Algorithm algorithm,
    List<Piece> pieces,
    boolean bytes,
    int unknownId,
    int beginId,
    int endId,
    Normalization normalization,
    String origin) {
  private static final int MOST_CHARACTERS = 1000;

  /** How pieces are chosen. */
  enum Algorithm {
    UNIGRAM,
    BPE
  }

  /**
   * A piece.
   *
   * @param score log-probability (unigram), or minus its rank (BPE)
   */
  record Piece(String text, float score, PieceType type) {}

  /**
   * How a text is changed before it is split.
   *
   * @param charsMap character replacements, compiled by SentencePiece; empty: none
   * @param dummyPrefix whether a blank is put before it
   * @param removeExtraBlanks whether blanks at both ends and all but one within are removed
   * @param escapeBlanks whether blanks become ▁
   */
  record Normalization(
      byte[] charsMap, boolean dummyPrefix, boolean removeExtraBlanks, boolean escapeBlanks) {}

  /**
   * Checks that the pieces differ and can be used.
   *
   * @throws EngramException if not
   */
  SentencePieceModel {
    pieces = List.copyOf(pieces);
    Set<String> texts = new HashSet<>();
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      if (!texts.add(piece.text())) {
        throw damaged(origin, "the piece \"" + piece.text() + "\" is there twice");
      }
      if (piece.text().isEmpty()
          || piece.text().length() > MOST_CHARACTERS
          || !Float.isFinite(piece.score())) {
        throw damaged(
            origin,
            "piece " + i + " is empty, longer than " + MOST_CHARACTERS + ", or has no score");
      }
      // BPE never produces an unused piece by merging, but unigram, or a single character, could be
      // chosen.
      if (piece.type() == PieceType.UNUSED
          && (algorithm == Algorithm.UNIGRAM || piece.text().codePoints().count() == 1)) {
        throw EngramException.usage(
            origin + ": piece " + i + " is marked as unused, which is not supported.");
      }
    }
    if (unknownId < 0 || Math.max(unknownId, Math.max(beginId, endId)) >= pieces.size()) {
      throw damaged(
          origin,
          "unknown, begin or end piece ("
              + unknownId
              + ", "
              + beginId
              + ", "
              + endId
              + ") is not among the "
              + pieces.size()
              + " pieces");
    }
  }

  /** A piece's text; null for a negative id. */
  @Nullable String text(int id) {
    return id < 0 ? null : pieces.get(id).text();
  }

  /** The error for a damaged file. */
  static EngramException damaged(String origin, String why) {
    return EngramException.file(origin + " isn't a SentencePiece model: " + why + ".");
  }

  /** The purpose of a piece of a SentencePiece model, or of a token of a GGUF file. */
  enum PieceType {
    NORMAL(1),
    UNKNOWN(2),
    CONTROL(3),
    USER_DEFINED(4),
    UNUSED(5),
    BYTE(6);

    private final long number;

    PieceType(long number) {
      this.number = number;
    }

    /** The type with this number in files; null if there is none. */
    static @Nullable PieceType of(long number) {
      return Arrays.stream(values()).filter(type -> type.number == number).findFirst().orElse(null);
    }
  }
}
