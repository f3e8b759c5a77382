package io.engram.model.checkpoint.gguf;

import java.nio.ByteBuffer;

/** Types of a GGUF file's settings, in the order of their codes. */
enum GgufValueType {
  UINT8(1),
  INT8(1),
  UINT16(2),
  INT16(2),
  UINT32(4),
  INT32(4),
  FLOAT32(4),
  FLAG(1),
  TEXT(0),
  LIST(0),
  UINT64(8),
  INT64(8),
  FLOAT64(8);

  private static final GgufValueType[] BY_CODE = values();

  private final int bytes;

  GgufValueType(int bytes) {
    this.bytes = bytes;
  }

  /** The type with this code of the setting's value. */
  static GgufValueType of(GgufCursor cursor, String key, int code) {
    if (code < 0 || code >= BY_CODE.length) {
      throw cursor.damaged(
          "setting " + key + " has the unknown type " + Integer.toUnsignedString(code));
    }
    return BY_CODE[code];
  }

  /** Bytes of a value; 0 where they vary. */
  int bytes() {
    return bytes;
  }

  boolean isWhole() {
    return isNumber() && this != FLOAT32 && this != FLOAT64;
  }

  boolean isNumber() {
    return bytes > 0 && this != FLAG;
  }

  /** The next value of this type: a whole number itself, else its bits. */
  long bits(ByteBuffer from) {
    return switch (this) {
      case UINT8, FLAG -> from.get() & 0xFFL;
      case INT8 -> from.get();
      case UINT16 -> from.getShort() & 0xFFFFL;
      case INT16 -> from.getShort();
      case UINT32, FLOAT32 -> from.getInt() & 0xFFFF_FFFFL;
      case INT32 -> from.getInt();
      case UINT64, INT64, FLOAT64 -> from.getLong();
      case TEXT, LIST -> throw new IllegalArgumentException(this + " is no number");
    };
  }

  /** The number of these bits; of a float32 the shortest decimal that names it. */
  double real(long bits) {
    return switch (this) {
      case FLOAT32 -> Double.parseDouble(Float.toString(Float.intBitsToFloat((int) bits)));
      case FLOAT64 -> Double.longBitsToDouble(bits);
      default -> bits;
    };
  }
}
