package io.engram.model.text;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a piece of a SentencePiece model, or a token of a GGUF file, is for. */
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

  /** The type that files have this number for; null: none. */
  static @Nullable PieceType of(long number) {
    return Arrays.stream(values()).filter(type -> type.number == number).findFirst().orElse(null);
  }
}
