package io.engram.model.checkpoint.gguf;

import static io.engram.model.checkpoint.gguf.Blocks.Numbers.half;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * GGUF's blocks of 32 numbers to float32, one method a format. Every product and sum is rounded to
 * float32 by itself, so that the numbers equal those of llama.cpp's {@code gguf} package bit for
 * bit.
 *
 * <p>A block has a half-precision scale d; for Q4_1 and Q5_1 a half-precision offset m; for Q5_0
 * and Q5_1 a bit h of each number, number i's in bit i; then the integers q. Four-bit numbers are
 * packed two to a byte: number i in the low half of byte i, number 16 + i in its high half.
 *
 * <p>Each method reads {@code count} numbers, a whole number of blocks, from {@code from}'s first
 * byte on.
 *
 * <p><b>Source:</b> ggml-quants.c, dequantize_row_*.
 */
final class Blocks {
  private static final int BLOCK = 32;
  private static final int HALF = BLOCK / 2;

  /** The values of IQ4_NL's sixteen codes q: denser near 0, like weights. */
  private static final byte[] UNEVEN = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  private Blocks() {}

  /** {@code d · (q − 8)}, q in 0 … 15. */
  static void q40(byte[] from, float[] to, int count) {
    for (int i = 0, at = 0; i < count; i += BLOCK, at += 18) {
      float d = half(from, at);
      for (int k = 0; k < HALF; k++) {
        int pair = from[at + 2 + k];
        to[i + k] = d * ((pair & 15) - 8);
        to[i + k + HALF] = d * (((pair >> 4) & 15) - 8);
      }
    }
  }

  /** {@code d · q + m}, q in 0 … 15. */
  static void q41(byte[] from, float[] to, int count) {
    for (int i = 0, at = 0; i < count; i += BLOCK, at += 20) {
      float d = half(from, at);
      float m = half(from, at + 2);
      for (int k = 0; k < HALF; k++) {
        int pair = from[at + 4 + k];
        to[i + k] = d * (pair & 15) + m;
        to[i + k + HALF] = d * ((pair >> 4) & 15) + m;
      }
    }
  }

  /** {@code d · (q + 16 h − 16)}, q in 0 … 15. */
  static void q50(byte[] from, float[] to, int count) {
    for (int i = 0, at = 0; i < count; i += BLOCK, at += 22) {
      float d = half(from, at);
      int high = bits(from, at + 2);
      for (int k = 0; k < HALF; k++) {
        int pair = from[at + 6 + k];
        to[i + k] = d * (((pair & 15) | fifth(high, k)) - 16);
        to[i + k + HALF] = d * ((((pair >> 4) & 15) | fifth(high, k + HALF)) - 16);
      }
    }
  }

  /** {@code d · (q + 16 h) + m}, q in 0 … 15. */
  static void q51(byte[] from, float[] to, int count) {
    for (int i = 0, at = 0; i < count; i += BLOCK, at += 24) {
      float d = half(from, at);
      float m = half(from, at + 2);
      int high = bits(from, at + 4);
      for (int k = 0; k < HALF; k++) {
        int pair = from[at + 8 + k];
        to[i + k] = d * ((pair & 15) | fifth(high, k)) + m;
        to[i + k + HALF] = d * (((pair >> 4) & 15) | fifth(high, k + HALF)) + m;
      }
    }
  }

  /** {@code d · q}, q in −128 … 127. */
  static void q80(byte[] from, float[] to, int count) {
    for (int i = 0, at = 0; i < count; i += BLOCK, at += 34) {
      float d = half(from, at);
      for (int k = 0; k < BLOCK; k++) {
        to[i + k] = d * from[at + 2 + k];
      }
    }
  }

  /** {@code d · v(q)}, q in 0 … 15 the place in {@link #UNEVEN}. */
  static void iq4nl(byte[] from, float[] to, int count) {
    for (int i = 0, at = 0; i < count; i += BLOCK, at += 18) {
      float d = half(from, at);
      for (int k = 0; k < HALF; k++) {
        int pair = from[at + 2 + k];
        to[i + k] = d * UNEVEN[pair & 15];
        to[i + k + HALF] = d * UNEVEN[(pair >> 4) & 15];
      }
    }
  }

  /** The fifth bit of number i, at its place. */
  private static int fifth(int bits, int i) {
    return ((bits >> i) & 1) << 4;
  }

  private static int bits(byte[] from, int at) {
    return (from[at] & 255)
        | (from[at + 1] & 255) << 8
        | (from[at + 2] & 255) << 16
        | from[at + 3] << 24;
  }

  /** Little-endian numbers of a GGUF file, stored without blocks. */
  static final class Numbers {
    private static final VarHandle SHORT =
        MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private Numbers() {}

    /** The numbers themselves. */
    static void f32(byte[] from, float[] to, int count) {
      ByteBuffer.wrap(from).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(to, 0, count);
    }

    /** Half precision: 5 bits of exponent, 10 of fraction. */
    static void f16(byte[] from, float[] to, int count) {
      for (int i = 0; i < count; i++) {
        to[i] = half(from, 2 * i);
      }
    }

    /** The upper 16 bits of a float32. */
    static void bf16(byte[] from, float[] to, int count) {
      for (int i = 0; i < count; i++) {
        to[i] = Float.intBitsToFloat((short) SHORT.get(from, 2 * i) << 16);
      }
    }

    /** The half-precision number at a byte. */
    static float half(byte[] from, int at) {
      return half((short) SHORT.get(from, at));
    }

    /** Converts a half-precision number, which Java 17 can't. */
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
}
