package io.engram.model.checkpoint;

import java.nio.ByteBuffer;

/**
 * GGUF's block formats to float32, one method each. Every product and sum is rounded to float32 by
 * itself, so that the numbers equal those of llama.cpp's {@code gguf} package bit for bit.
 *
 * <p>A block of 32 numbers: a half-precision scale d, for Q4_1 a half-precision offset m too, then
 * the 32 whole numbers q. Four-bit ones lie two to a byte: number i in the low half of byte i,
 * number 16 + i in its high half.
 *
 * <p>Each method reads {@code count} numbers, a whole number of blocks, from the little-endian
 * {@code from} on.
 *
 * <p><b>Source:</b> ggml-quants.c, dequantize_row_*.
 */
final class GgufBlocks {
  private static final int BLOCK = 32;
  private static final int HALF = BLOCK / 2;

  private GgufBlocks() {}

  /** The numbers themselves. */
  static void f32(ByteBuffer from, float[] to, int count) {
    from.asFloatBuffer().get(to, 0, count);
    from.position(from.position() + count * Float.BYTES);
  }

  /** Half precision: 5 bits of exponent, 10 of fraction. */
  static void f16(ByteBuffer from, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = half(from.getShort());
    }
  }

  /** The upper 16 bits of a float32. */
  static void bf16(ByteBuffer from, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = Float.intBitsToFloat(from.getShort() << 16);
    }
  }

  /** {@code d · (q − 8)}, q in 0 … 15. */
  static void q40(ByteBuffer from, float[] to, int count) {
    for (int at = 0; at < count; at += BLOCK) {
      float d = half(from.getShort());
      for (int i = at; i < at + HALF; i++) {
        int pair = from.get();
        to[i] = d * ((pair & 15) - 8);
        to[i + HALF] = d * (((pair >> 4) & 15) - 8);
      }
    }
  }

  /** {@code d · q + m}, q in 0 … 15. */
  static void q41(ByteBuffer from, float[] to, int count) {
    for (int at = 0; at < count; at += BLOCK) {
      float d = half(from.getShort());
      float m = half(from.getShort());
      for (int i = at; i < at + HALF; i++) {
        int pair = from.get();
        to[i] = d * (pair & 15) + m;
        to[i + HALF] = d * ((pair >> 4) & 15) + m;
      }
    }
  }

  /** {@code d · q}, q in −128 … 127. */
  static void q80(ByteBuffer from, float[] to, int count) {
    for (int at = 0; at < count; at += BLOCK) {
      float d = half(from.getShort());
      for (int i = at; i < at + BLOCK; i++) {
        to[i] = d * from.get();
      }
    }
  }

  /** A half-precision number; Java 17 has no conversion of its own. */
  static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >> 10) & 31;
    int fraction = bits & 1023;
    if (exponent == 0) {
      float small = fraction * 0x1p-24f;
      return sign == 0 ? small : -small;
    }
    int wide = exponent == 31 ? 255 : exponent - 15 + 127;
    return Float.intBitsToFloat(sign | (wide << 23) | (fraction << 13));
  }
}
